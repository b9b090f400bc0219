# A stand-in for Microsoft's module: the same names, parameters and manners. It speaks to
# the organization at ROOMKEY_STANDIN_EXCHANGE.
$script:Connections = @()
. "$PSScriptRoot/../../Organization.ps1"

function Connect-ExchangeOnline {
    [CmdletBinding()]
    param(
        [string]$ConnectionUri, [string]$AzureADAuthorizationEndpointUri, [string]$ExchangeEnvironmentName, [string]$DelegatedOrganization, [string]$Prefix,
        [string[]]$CommandName, [string[]]$FormatTypeName, [string]$AccessToken, [string]$AppId, $Certificate, [string]$CertificateFilePath, $CertificatePassword,
        [string]$CertificateThumbprint, [pscredential]$Credential, [switch]$Device, [switch]$DisableWAM, [string]$EXOModuleBasePath, [switch]$InlineCredential,
        [string]$LogDirectoryPath, [string]$LogLevel, [switch]$ManagedIdentity, [string]$ManagedIdentityAccountId, [string]$Organization, [int]$PageSize,
        [bool]$ShowBanner, [bool]$ShowProgress, $SigningCertificate, [switch]$SkipLoadingCmdletHelp, [switch]$SkipLoadingFormatData, [switch]$TrackPerformance,
        [switch]$UseMultithreading, [string]$UserPrincipalName, [switch]$UseRPSSession
    )
    if ($env:ROOMKEY_STANDIN_SIGNIN_ERROR -and -not $DisableWAM) { throw $env:ROOMKEY_STANDIN_SIGNIN_ERROR }
    if (Get-Module -Name 'Microsoft.Graph.Authentication') { throw "Could not load file or assembly 'Microsoft.Identity.Client, Version=4.66.1.0'. The located assembly's manifest definition does not match the assembly reference." }
    $said = Send-Organization 'connect' 'Connect-ExchangeOnline' @{ DisableWAM = [bool]$DisableWAM; Device = [bool]$Device; CommandName = $CommandName }
    $text = foreach ($line in $said.value.cmdlets) {
        $name = (-split $line)[0].TrimEnd('!')
        if ($name -like 'Get-EXO*' -or $name -like '*Place*V3' -or $name -eq 'New-Place' -or $name -like '*PlacesSettings' -or ($CommandName -and $CommandName -notcontains $name)) { continue }
        New-CmdletText $line
    }
    $made = New-Module -Name "tmpEXO_$([guid]::NewGuid().ToString('N').Substring(0, 8))" -ArgumentList ${function:Invoke-Cmdlet}, ($text -join "`n") -ScriptBlock {
        param($Invoke, $Text)
        . ([scriptblock]::Create($Text))
        Export-ModuleMember -Function '*'
    }
    Import-Module -ModuleInfo $made -Global -DisableNameChecking
    $account = $said.value.account
    if ($AppId) { $account = '' }
    $script:Connections += New-Object -TypeName psobject -Property @{ ConnectionId = [guid]::NewGuid().ToString(); TenantID = $said.value.tenant; UserPrincipalName = $account; State = 'Connected'; TokenStatus = 'Active'; ModuleName = $made.Name }
}

function Get-ConnectionInformation {
    [CmdletBinding()]
    param([string]$ConnectionId, [string]$ModulePrefix)
    $script:Connections
}

function Disconnect-ExchangeOnline {
    [CmdletBinding(SupportsShouldProcess)]
    param([string[]]$ConnectionId, [string[]]$ModulePrefix)
    $script:Connections = @($script:Connections | Where-Object { $ConnectionId -and $ConnectionId -notcontains $_.ConnectionId })
}

# These are always there, whatever the roles.
$Invoke = ${function:Invoke-Cmdlet}
foreach ($line in @(
    'Get-EXOMailbox Identity Anr ExternalDirectoryObjectId Filter Properties PropertySets RecipientTypeDetails ResultSize UserPrincipalName PrimarySmtpAddress'
    'Get-EXORecipient Identity Anr ExternalDirectoryObjectId Filter PrimarySmtpAddress Properties PropertySets RecipientPreviewFilter RecipientType RecipientTypeDetails ResultSize UserPrincipalName'
    'Get-EXOMailboxFolderStatistics Identity DatabaseGuid FolderScope IncludeOldestAndNewestItems:switch ResultSize UserPrincipalName'
)) { . ([scriptblock]::Create((New-CmdletText $line))) }
Export-ModuleMember -Function 'Connect-ExchangeOnline', 'Get-ConnectionInformation', 'Disconnect-ExchangeOnline', 'Get-EXO*'
