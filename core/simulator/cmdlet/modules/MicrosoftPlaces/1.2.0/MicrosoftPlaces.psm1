# A stand-in for Microsoft's module of this name; see the one of Exchange.
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
    $said.value
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

function Connect-MicrosoftPlaces {
    [CmdletBinding()]
    param([switch]$Device, [string]$Environment, [string]$TenantId)
    $null = Send-Organization 'connect' 'Connect-MicrosoftPlaces' @{}
}

function Disconnect-MicrosoftPlaces {
    [CmdletBinding()]
    param()
}

$Invoke = ${function:Invoke-Cmdlet}
foreach ($line in @(
    'Get-PlacesSettings'
    'Set-PlacesSettings! Collection EnableBuildings EnablePlacesWebApp PlacesEnabled'
    'Get-PlaceV3 Identity Type ResultSize AncestorId'
    'New-Place! Type Name Description ParentId City CountryOrRegion State Street PostalCode SortOrder:int'
    'Set-PlaceV3! Identity ParentId DisplayName Name Capacity:int Building Floor:int Tags Label Phone'
)) { . ([scriptblock]::Create((New-CmdletText $line))) }
Export-ModuleMember -Function 'Connect-MicrosoftPlaces', 'Disconnect-MicrosoftPlaces', 'Get-PlacesSettings', 'Set-PlacesSettings', 'Get-PlaceV3', 'New-Place', 'Set-PlaceV3'
