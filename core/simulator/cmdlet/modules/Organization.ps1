# What the stand-ins for the modules of Exchange and Places have in common: they speak to the
# organization at ROOMKEY_STANDIN_EXCHANGE.
$script:Http = New-Object -TypeName System.Net.Http.HttpClient

function Send-Organization {
    param([string]$Path, [string]$Name, $Parameters)
    $json = ConvertTo-Json -InputObject @{ Name = $Name; Parameters = $Parameters } -Depth 5 -Compress
    $content = New-Object -TypeName System.Net.Http.StringContent -ArgumentList $json, ([System.Text.Encoding]::UTF8), 'application/json'
    $answer = $script:Http.PostAsync("$env:ROOMKEY_STANDIN_EXCHANGE/$Path", $content).GetAwaiter().GetResult()
    $said = ConvertFrom-Json -InputObject $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    if ($said.killed) {
        # In a shell that runs many scripts the pipeline is left standing where it is, in
        # one that runs a single script the process ends: nothing after this happens.
        if ($global:StandInKilled) { $null = $global:StandInKilled.Set(); Microsoft.PowerShell.Utility\Start-Sleep -Seconds 86400 }
        Stop-Process -Id $PID -Force
    }
    return $said
}

# Invoke-Cmdlet runs one cmdlet. Its errors do not end the caller, unless -ErrorAction says so.
function Invoke-Cmdlet {
    param([string]$Name, $Bound, $Caller)
    $parameters = @{}
    foreach ($key in $Bound.Keys) {
        if ([System.Management.Automation.Cmdlet]::CommonParameters -contains $key -or [System.Management.Automation.Cmdlet]::OptionalCommonParameters -contains $key) { continue }
        $value = $Bound[$key]
        if ($value -is [switch]) { $value = [bool]$value }
        $parameters[$key] = $value
    }
    $said = Send-Organization 'run' $Name $parameters
    if ($said.error) {
        $record = New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList (New-Object -TypeName System.Exception -ArgumentList $said.error), 'StandIn', 'NotSpecified', $null
        $Caller.WriteError($record)
        return
    }
    foreach ($one in $said.value) { Format-Shape $one }
}

# Format-Shape gives an object the shape that ROOMKEY_STANDIN_SHAPE names, as versions of
# the modules and ways to connect differ: "plain" has text for everything, a list of one as
# that one, and nothing for what is empty; "objects" has objects that only look like text,
# and lists of another type.
function Format-Shape {
    param($Object)
    if (-not $env:ROOMKEY_STANDIN_SHAPE -or $Object -isnot [psobject]) { return $Object }
    $shaped = New-Object -TypeName psobject
    foreach ($property in $Object.psobject.Properties) {
        $value = $property.Value
        if ($env:ROOMKEY_STANDIN_SHAPE -eq 'plain') {
            if ($value -is [array] -and $value.Count -lt 2) { $value = $value | Select-Object -First 1 }
            if ("$value" -eq '') { $value = $null }
            elseif ($value -is [bool] -or $value -is [long] -or $value -is [double]) { $value = "$value" }
        }
        elseif ($value -is [array]) {
            $list = New-Object -TypeName System.Collections.ArrayList
            foreach ($element in $value) { $null = $list.Add((Format-Text $element)) }
            $value = $list
        }
        else { $value = Format-Text $value }
        $shaped | Add-Member -MemberType NoteProperty -Name $property.Name -Value $value
    }
    return $shaped
}

function Format-Text {
    param($Value)
    if ($Value -isnot [string]) { return $Value }
    $object = New-Object -TypeName psobject -Property @{ Text = $Value }
    return $object | Add-Member -MemberType ScriptMethod -Name ToString -Value { $this.Text } -Force -PassThru
}

function New-CmdletText {
    param([string]$Line)
    $words = -split $Line
    $name = $words[0].TrimEnd('!')
    $binding = '[CmdletBinding()]'
    $impact = 'Medium'
    if ($name -like 'Remove-*') { $impact = 'High' }
    if ($words[0].EndsWith('!')) { $binding = "[CmdletBinding(SupportsShouldProcess, ConfirmImpact = '$impact')]" }
    $params = foreach ($word in @($words | Select-Object -Skip 1)) {
        $parameter, $type = $word -split ':'
        if (-not $type) { $type = 'object' }
        $attribute = ''
        if ($parameter -eq 'Identity') { $attribute = '[Parameter(Position = 0, ValueFromPipelineByPropertyName)]' }
        "$attribute[$type]`$$parameter"
    }
    $act = ''
    if ($words[0].EndsWith('!')) { $act = "if (-not `$PSCmdlet.ShouldProcess('$name')) { return }" }
    return "function $name { $binding param($($params -join ', ')) process { $act & `$Invoke '$name' `$PSBoundParameters `$PSCmdlet } }"
}
