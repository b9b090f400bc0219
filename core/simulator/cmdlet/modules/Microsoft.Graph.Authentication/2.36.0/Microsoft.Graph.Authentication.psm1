# A stand-in for Microsoft's module: the same names, parameters and manners. Requests go
# over real HTTP to the Graph at ROOMKEY_STANDIN_GRAPH.
$script:Http = New-Object -TypeName System.Net.Http.HttpClient
$script:Context = $null
$script:Environments = @('Global', 'China', 'USGov', 'USGovDoD')

function Connect-MgGraph {
    [CmdletBinding()]
    param(
        [string[]]$Scopes, [string]$ClientId, [string]$TenantId, [string]$Environment, [string]$ContextScope, [switch]$UseDeviceCode, [switch]$NoWelcome,
        [double]$ClientTimeout, [securestring]$AccessToken, [string]$CertificateThumbprint, [string]$CertificateSubjectName, [switch]$SendCertificateChain,
        $Certificate, [pscredential]$ClientSecretCredential, [switch]$Identity, [switch]$EnvironmentVariable
    )
    if ($env:ROOMKEY_STANDIN_SIGNIN_ERROR) { throw $env:ROOMKEY_STANDIN_SIGNIN_ERROR }
    if (Get-Module -Name 'ExchangeOnlineManagement') { throw "Could not load file or assembly 'Microsoft.Identity.Client, Version=4.66.1.0'. The located assembly's manifest definition does not match the assembly reference." }
    $tenant = $TenantId
    if ($env:ROOMKEY_STANDIN_TENANT) { $tenant = $env:ROOMKEY_STANDIN_TENANT }
    $script:Context = New-Object -TypeName psobject -Property @{ Account = $env:ROOMKEY_STANDIN_ACCOUNT; TenantId = $tenant; Scopes = $Scopes; ClientId = $ClientId; AuthType = 'Delegated'; ContextScope = $ContextScope; Environment = $Environment }
}

function Get-MgContext {
    [CmdletBinding()]
    param()
    $script:Context
}

function Disconnect-MgGraph {
    [CmdletBinding()]
    param()
    $script:Context
    $script:Context = $null
}

function Get-MgEnvironment {
    [CmdletBinding()]
    param([string]$Name)
    foreach ($one in $script:Environments) { New-Object -TypeName psobject -Property @{ Name = $one } }
}

function Add-MgEnvironment {
    [CmdletBinding()]
    param([string]$Name, [string]$AzureADEndpoint, [string]$GraphEndpoint)
    $script:Environments += $Name
}

function Set-MgGraphOption {
    [CmdletBinding()]
    param([bool]$EnableLoginByWAM, [bool]$DisableLoginByWAM)
    if ($DisableLoginByWAM) { $env:ROOMKEY_STANDIN_SIGNIN_ERROR = '' }
}

function Invoke-MgGraphRequest {
    [CmdletBinding()]
    param(
        [string]$Method = 'GET', [Parameter(Position = 0)][uri]$Uri, $Body, [System.Collections.IDictionary]$Headers, [string]$OutputFilePath, [switch]$InferOutputFileName,
        [string]$InputFilePath, [switch]$PassThru, $Token, [switch]$SkipHeaderValidation, [string]$ContentType, $Authentication, [string]$SessionVariable,
        [string]$ResponseHeadersVariable, [string]$StatusCodeVariable, [switch]$SkipHttpErrorCheck, $GraphRequestSession, $UserAgent, [string]$OutputType
    )
    if (-not $script:Context) { throw 'Authentication needed. Please call Connect-MgGraph.' }
    $address = $Uri.OriginalString
    if ($env:ROOMKEY_STANDIN_ESCAPES) {
        # Some versions escape what is escaped already.
        $address = [uri]::EscapeUriString($address)
    }
    if (-not $address.StartsWith('https://')) { $address = "$env:ROOMKEY_STANDIN_GRAPH$address" }
    $request = New-Object -TypeName System.Net.Http.HttpRequestMessage -ArgumentList ([System.Net.Http.HttpMethod]::new($Method.ToUpperInvariant())), $address
    $request.Headers.Authorization = New-Object -TypeName System.Net.Http.Headers.AuthenticationHeaderValue -ArgumentList 'Bearer', $env:ROOMKEY_STANDIN_TOKEN
    foreach ($name in @($Headers.Keys | Where-Object { $_ })) { $null = $request.Headers.TryAddWithoutValidation($name, "$($Headers[$name])") }
    if ($null -ne $Body) { $request.Content = New-Object -TypeName System.Net.Http.StringContent -ArgumentList "$Body", ([System.Text.Encoding]::UTF8), 'application/json' }
    $answer = $script:Http.SendAsync($request).GetAwaiter().GetResult()
    $text = $answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    $code = [int]$answer.StatusCode
    if ($answer.Headers.Contains('X-Standin-Killed')) {
        if ($global:StandInKilled) { $null = $global:StandInKilled.Set(); Microsoft.PowerShell.Utility\Start-Sleep -Seconds 86400 }
        Stop-Process -Id $PID -Force
    }
    if ($StatusCodeVariable) { $PSCmdlet.SessionState.PSVariable.Set($StatusCodeVariable, $code) }
    if ($code -ge 400 -and -not $SkipHttpErrorCheck) {
        $exception = New-Object -TypeName System.Net.Http.HttpRequestException -ArgumentList "Response status code does not indicate success: $($answer.StatusCode) ($($answer.ReasonPhrase)).", $null, $answer.StatusCode
        $exception | Add-Member -MemberType NoteProperty -Name Response -Value $answer
        $record = New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, 'InvokeGraphHttpResponseException', 'InvalidOperation', $null
        $record.ErrorDetails = New-Object -TypeName System.Management.Automation.ErrorDetails -ArgumentList ("$Method $address`nHTTP/1.1 $code $($answer.ReasonPhrase)`n" + ($answer.Headers | Out-String) + "`n$text")
        $PSCmdlet.ThrowTerminatingError($record)
    }
    if (-not $text) { return }
    if ($OutputType -eq 'PSObject') { return ConvertFrom-Json -InputObject $text }
    return ConvertFrom-Json -InputObject $text -AsHashtable
}
Export-ModuleMember -Function '*-Mg*'
