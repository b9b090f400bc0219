# Runs scripts one after the other, each in a runspace of its own: a line of JSON on
# standard input is a run, a line that begins with a mark is its outcome.
param([string]$Mark)
$killed = New-Object -TypeName System.Threading.ManualResetEvent -ArgumentList $false
while ($line = [Console]::In.ReadLine()) {
    $run = ConvertFrom-Json -InputObject $line -AsHashtable
    foreach ($name in $run.Environment.Keys) { [Environment]::SetEnvironmentVariable($name, $run.Environment[$name]) }
    $null = $killed.Reset()
    $space = [runspacefactory]::CreateRunspace($Host)
    $space.Open()
    $space.SessionStateProxy.SetVariable('StandInKilled', $killed)
    $shell = [powershell]::Create()
    $shell.Runspace = $space
    $null = $shell.AddScript($run.Prelude).Invoke()
    $shell.Commands.Clear()
    if ($run.Constrained) { $space.SessionStateProxy.LanguageMode = 'ConstrainedLanguage' }
    $null = $shell.AddScript("param(`$Bound) & '$($run.Script)' @Bound; `$LASTEXITCODE").AddArgument($run.Arguments)
    $output = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $inputs = New-Object -TypeName 'System.Management.Automation.PSDataCollection[psobject]'
    $inputs.Complete()
    $waits = $shell.BeginInvoke($inputs, $output)
    $at = [System.Threading.WaitHandle]::WaitAny(@($waits.AsyncWaitHandle, $killed), 1000 * $run.Seconds)
    $outcome = @{ Killed = $at -eq 1; Hung = $at -eq 258; Error = ''; Exit = -1 }
    if ($at -eq 0) {
        try { $null = $shell.EndInvoke($waits) } catch { $outcome.Error = "$_" }
        if ($output.Count -gt 0) { $outcome.Exit = $output[$output.Count - 1] }
        $outcome.Error += (@($shell.Streams.Error | Where-Object { $_ }) -join "`n")
        $shell.Dispose()
        $space.Dispose()
    }
    [Console]::Out.WriteLine()
    [Console]::Out.WriteLine($Mark + (ConvertTo-Json -InputObject $outcome -Compress))
}
[Environment]::Exit(0)
