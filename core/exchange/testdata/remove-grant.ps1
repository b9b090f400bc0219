#Requires -Version 5.1
<#
.SYNOPSIS
    Take the tenant-wide grant away

.DESCRIPTION
    Removes the tenant-wide consent in Entra ID for the permissions that the application holds in Exchange by now. Only then does the limit limit anything.

    Who may run it: Privileged Role Administrator or Global Administrator (Entra ID, not Exchange)
    Takes effect:   With the next token of the booking server, within 90 minutes. Check the connection then, for a mailbox inside and one outside.
    Undo:           Run restore-grant, which gives the consent again.

    How to start it, for this process only (the execution policy of the machine
    stays as it is). First look, with -WhatIf; then leave -WhatIf away:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\remove-grant.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./remove-grant.ps1 -WhatIf

    If the file came by mail or download, unblock it first: Unblock-File .\remove-grant.ps1
    Where only signed scripts may run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\remove-grant.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

    Beside the script it writes a transcript and NAME-TIME.result.json, which Roomkey
    reads back. It may be run again at any time: what is already as it should be is
    left alone. It exits with 1 if anything failed.

.PARAMETER UserPrincipalName
    The account to sign in with; without it the browser asks.
.PARAMETER OutputFolder
    Where transcript and results go; the folder of the script unless given.
.PARAMETER Device
    Sign in with a code on another device. Many tenants block this: only if the
    browser cannot be used here.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string]$UserPrincipalName,
    [string]$OutputFolder,
    # The public client to sign in with. Without it: Microsoft Graph Command Line Tools.
    [string]$ClientId,
    [switch]$Device
)

$ErrorActionPreference = 'Stop'
# What the caller's session has set is not for this script. Debug output of Graph would
# write whole requests and answers, secrets among them, into the transcript.
Set-StrictMode -Off
$DebugPreference = 'SilentlyContinue'
$ScriptName = 'remove-grant'
$ConnectionId = 'c-1'
$TenantId = '5b2a7c1e-0f5d-4b6a-9c3e-7d8f9a0b1c2d'
$Preview = [bool]$WhatIfPreference
$Confirming = "$ConfirmPreference" -eq 'Low'
# From here on -WhatIf and -Confirm are about the tenant, not about transcript and result file.
$WhatIfPreference = $false
$ConfirmPreference = 'High'
$Results = @()
$Files = @()
$Account = ''
$Problem = 'Stopped before it was finished.'
$Started = [datetime]::UtcNow.ToString('s') + 'Z'
if (-not $OutputFolder) { $OutputFolder = $PSScriptRoot }
if (-not $OutputFolder) { $OutputFolder = (Get-Location).Path }
$Base = Join-Path -Path $OutputFolder -ChildPath ($ScriptName + '-' + ($Started -replace '[^0-9]', ''))

# Add-Result notes what became of one object and prints it.
function Add-Result {
    param([string]$Identity, [string]$Action, [string]$Status, [string]$Message = '', [hashtable]$Before = @{}, [hashtable]$After = @{})
    $script:Results += @{ identity = $Identity; action = $Action; status = $Status; error = $Message; before = $Before; after = $After }
    $line = '{0,5}  {1,-7}  {2}  {3}  {4}' -f $script:Results.Count, $Status, $Action, $Identity, $Message
    Write-Host ($line -replace '\p{C}', '?')
}

# Test-Go says whether a change is to be made now: not under -WhatIf, and under
# -Confirm only after a yes.
function Test-Go {
    param([string]$Identity, [string]$Action, [hashtable]$Before = @{}, [hashtable]$After = @{})
    if ($script:Preview) {
        Add-Result $Identity $Action 'skipped' 'What if: this would be changed.' $Before $After
        return $false
    }
    if ($script:Confirming -and (Read-Host -Prompt ("$Action $Identity - go on? [y/N]" -replace '\p{C}', '?')) -notmatch '^\s*[yY]') {
        Add-Result $Identity $Action 'skipped' 'Not confirmed.' $Before $After
        return $false
    }
    return $true
}

# Format-Value is a value as text, lists joined by |.
function Format-Value {
    param($Value)
    return (@($Value) | ForEach-Object { "$_" }) -join '|'
}

# Get-Change compares an object with what is wanted: what to set, as it was, as it will be.
function Get-Change {
    param($Now, [hashtable]$Want)
    $change = @{ Set = @{}; Was = @{}; Will = @{} }
    foreach ($name in @($Want.Keys)) {
        $old = Format-Value $Now.$name
        $new = Format-Value $Want[$name]
        if ($old -cne $new) {
            $change.Set[$name] = $Want[$name]
            $change.Was[$name] = $old
            $change.Will[$name] = $new
        }
    }
    return $change
}

# Format-Filter doubles what ends a quoted value in a filter of Exchange or Graph.
function Format-Filter {
    param([string]$Value)
    return $Value -replace "['\u2018-\u201B]", '$0$0'
}

# Use-Module loads a module, and asks before it installs one.
function Use-Module {
    param([string]$Name, [string]$Minimum, [string]$Newest)
    $loaded = Get-Module -Name $Name | Where-Object { $_.Version -ge [version]$Minimum }
    if ($loaded) { return }
    $fits = { $_.Version -ge [version]$Minimum -and (-not $Newest -or $_.Version -le [version]$Newest) }
    $have = Get-Module -ListAvailable -Name $Name | Where-Object $fits | Sort-Object -Property Version -Descending | Select-Object -First 1
    if (-not $have) {
        $answer = Read-Host -Prompt "The module $Name $Minimum or newer is missing. Install it from the PowerShell Gallery, for this user only? [y/N]"
        if ($answer -notmatch '^\s*[yY]') { throw "The module $Name is needed. Nothing was changed." }
        $wanted = @{ Name = $Name; MinimumVersion = $Minimum; Scope = 'CurrentUser'; Force = $true; AllowClobber = $true }
        if ($Newest) { $wanted['MaximumVersion'] = $Newest }
        Install-Module @wanted
        $have = Get-Module -ListAvailable -Name $Name | Where-Object $fits | Sort-Object -Property Version -Descending | Select-Object -First 1
        if (-not $have) { throw "The module $Name was installed but is not found. Start PowerShell anew." }
    }
    Import-Module -Name $Name -RequiredVersion $have.Version
}

# Connect-Tenant signs in to Microsoft Graph for this process only, and lets nothing pass
# that is not the tenant and the role which this script was made for.
function Connect-Tenant {
    Use-Module 'Microsoft.Graph.Authentication' '2.0.0' ''
    if (Get-MgContext) { throw 'This window is already signed in to Microsoft Graph. Start a new PowerShell window. Nothing was changed.' }
    $scopes = @('Application.Read.All', 'AppRoleAssignment.ReadWrite.All', 'Directory.Read.All')
    $how = @{}
    if ($ClientId) { $how['ClientId'] = $ClientId }
    if ($Device) { $how['UseDeviceCode'] = $true }
    $environment = 'Global'
    Connect-MgGraph -TenantId $TenantId -Environment $environment -Scopes $scopes -ContextScope Process -NoWelcome @how
    $script:Opened = $true
    $context = Get-MgContext
    $script:Account = "$($context.Account)"
    if ("$($context.TenantId)" -ne $TenantId) {
        throw "This is tenant $($context.TenantId), but the script was made for tenant $TenantId. Nothing was changed."
    }
    foreach ($scope in $scopes) {
        if ($context.Scopes -notcontains $scope) { throw "The sign-in was not given $scope. Nothing was changed." }
    }
    $roles = @('62e90394-69f5-4237-9190-012177145e10', 'e8611ab8-c189-46e8-94e1-60213ab1f814')
    $held = @(Get-All '/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName,roleTemplateId' | ForEach-Object { "$($_.roleTemplateId)" })
    if (@($held | Where-Object { $roles -contains $_ }).Count -eq 0) {
        throw ('The account does not hold the role that this needs: ' + 'Privileged Role Administrator or Global Administrator (Entra ID, not Exchange)' + '. A role from Privileged Identity Management must be activated before signing in. Nothing was changed.')
    }
}

# Get-All reads every page of a list.
function Get-All {
    param([string]$Uri)
    while ($Uri) {
        $page = Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType PSObject
        $page.value
        $Uri = $page.'@odata.nextLink'
    }
}

# Get-One reads one object, nothing when there is none.
function Get-One {
    param([string]$Uri)
    try { return Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType PSObject }
    catch {
        if ("$_" -match 'Request_ResourceNotFound|404 \(?Not ?Found|: NotFound') { return $null }
        throw
    }
}

# Send-Json sends one change.
function Send-Json {
    param([string]$Method, [string]$Uri, $Body)
    if ($null -eq $Body) { return Invoke-MgGraphRequest -Method $Method -Uri $Uri -OutputType PSObject }
    $json = ConvertTo-Json -InputObject $Body -Depth 8 -Compress
    return Invoke-MgGraphRequest -Method $Method -Uri $Uri -Body $json -ContentType 'application/json; charset=utf-8' -OutputType PSObject
}

# Disconnect-Tenant ends the sign-in that Connect-Tenant made.
function Disconnect-Tenant {
    if ($script:Opened) { $null = Disconnect-MgGraph }
}

# Write-ResultFile writes what Roomkey reads back. The seal shows whether the file was
# cut off or edited; it is no signature.
function Write-ResultFile {
    $summary = @{ changed = 0; same = 0; failed = 0; skipped = 0 }
    foreach ($result in $script:Results) { $summary[$result.status] += 1 }
    $body = @{
        schema = 1; script = $ScriptName; connection = $ConnectionId; tenant = $TenantId
        startedAt = $Started; finishedAt = [datetime]::UtcNow.ToString('s') + 'Z'
        whatIf = $Preview; account = "$script:Account"; error = "$script:Problem"
        files = @($script:Files); results = @($script:Results); summary = $summary
    }
    $json = ConvertTo-Json -InputObject $body -Depth 6 -Compress
    $draft = "$Base.draft"
    Set-Content -LiteralPath $draft -Value $json -Encoding Unicode -NoNewline
    $seal = (Get-FileHash -LiteralPath $draft -Algorithm SHA256).Hash
    Remove-Item -LiteralPath $draft
    Set-Content -LiteralPath "$Base.result.json" -Value ('{"seal":"' + $seal + '","result":' + $json + '}') -Encoding UTF8
    Write-Host ''
    Write-Host ('{0} changed, {1} already so, {2} failed, {3} skipped' -f $summary.changed, $summary.same, $summary.failed, $summary.skipped)
    Write-Host "Result file for Roomkey: $Base.result.json"
}

$logging = $false
try {
    try {
        $null = Start-Transcript -LiteralPath "$Base.transcript.txt"
        $logging = $true
    }
    catch { Write-Warning "No transcript: $_" }
    # Where no result can be written, nothing is changed.
    Set-Content -LiteralPath "$Base.draft" -Value ''
    Remove-Item -LiteralPath "$Base.draft"
    Connect-Tenant
    Write-Host "Connected to tenant $TenantId as $Account."
    # Only after the new scope works everywhere: without the tenant-wide grant the
    # application has nothing but the scope.
    $NotBefore = '2026-11-22T11:00:00Z'
    if ((Get-Date) -lt [datetime]$NotBefore) { throw "Exchange may need until $NotBefore to know the new scope everywhere. Run the script after that. Nothing was changed." }
    Write-Host 'Tested at 2026-11-22T09:00:00Z: in scope for room0@contoso.com, not in scope for ceo@contoso.com.'
    $AppId = '11111111-2222-3333-4444-555555555555'
    $Permissions = @('Calendars.ReadWrite')
    $graph = Invoke-MgGraphRequest -Method GET -Uri "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?`$select=id,appRoles" -OutputType PSObject
    $principal = Get-One "/v1.0/servicePrincipals(appId='$AppId')?`$select=id,displayName"
    if (-not $principal) { throw 'The enterprise application is not in this tenant. Nothing was changed.' }
    $grants = @(Get-All "/v1.0/servicePrincipals/$($principal.id)/appRoleAssignments" | Where-Object { "$($_.resourceId)" -eq "$($graph.id)" })

    # Get-RoleId is the id that this tenant's Graph gives a permission.
    function Get-RoleId {
        param([string]$Permission)
        $role = @($graph.appRoles | Where-Object { "$($_.value)" -eq $Permission -and @($_.allowedMemberTypes) -contains 'Application' })
        if ($role.Count -ne 1) { throw "Microsoft Graph does not offer $Permission here." }
        return "$($role[0].id)"
    }

    foreach ($permission in $Permissions) {
        try {
            $id = Get-RoleId $permission
            $mine = @($grants | Where-Object { "$($_.appRoleId)" -eq $id })
            if ($mine.Count -eq 0) { Add-Result $permission 'no tenant-wide grant' 'same' }
            elseif (Test-Go $permission 'no tenant-wide grant' @{ AppRoleId = $id }) {
                foreach ($grant in $mine) { $null = Send-Json DELETE "/v1.0/servicePrincipals/$($principal.id)/appRoleAssignments/$($grant.id)" $null }
                Add-Result $permission 'no tenant-wide grant' 'changed' '' @{ AppRoleId = $id }
            }
        }
        catch { Add-Result $permission 'no tenant-wide grant' 'failed' "$_" }
    }

    $Problem = ''
}
catch {
    $Problem = "$_"
    Write-Warning ($Problem -replace '\p{C}', '?')
}
finally {
    try { Disconnect-Tenant } catch { Write-Warning "Could not disconnect: $_" }
    try { Write-ResultFile }
    catch {
        $Problem = "No result file: $_"
        Write-Warning $Problem
    }
    if ($logging) { try { $null = Stop-Transcript } catch { Write-Warning "$_" } }
}
if ($Problem -or @($Results | Where-Object { $_.status -eq 'failed' }).Count -gt 0) { exit 1 }
exit 0
