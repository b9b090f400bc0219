#Requires -Version 5.1
<#
.SYNOPSIS
    Register the application by Microsoft Graph PowerShell

.DESCRIPTION
    Makes or completes the app registration with the permissions and redirect URIs that the product needs, the enterprise application and the admin consent. For administrators who may not use Roomkey's own sign-in.

    Who may run it: Privileged Role Administrator together with Cloud Application Administrator, or Global Administrator
    Takes effect:   At once, but new objects need up to ten minutes to be known everywhere.
    Undo:           Delete the app registration in the Entra admin center; it can be restored for 30 days.

    How to start it, for this process only (the execution policy of the machine
    stays as it is). First look, with -WhatIf; then leave -WhatIf away:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\register-application.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./register-application.ps1 -WhatIf

    If the file came by mail or download, unblock it first: Unblock-File .\register-application.ps1
    Where only signed scripts may run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\register-application.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

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
    # Make a new client secret. It goes to the clipboard and nowhere else.
    [switch]$NewSecret,
    [switch]$Device
)

$ErrorActionPreference = 'Stop'
# What the caller's session has set is not for this script. Debug output of Graph would
# write whole requests and answers, secrets among them, into the transcript.
Set-StrictMode -Off
$DebugPreference = 'SilentlyContinue'
$ScriptName = 'register-application'
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
    $scopes = @(
        'Application.ReadWrite.All',
        'AppRoleAssignment.ReadWrite.All',
        'DelegatedPermissionGrant.ReadWrite.All',
        'Directory.Read.All'
    )
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
        throw ('The account does not hold the role that this needs: ' + 'Privileged Role Administrator together with Cloud Application Administrator, or Global Administrator' + '. A role from Privileged Identity Management must be activated before signing in. Nothing was changed.')
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
    $Unique = 'roomkey--01ba4719c80b'
    $AppId = '11111111-2222-3333-4444-555555555555'
    $DisplayName = 'Room booking'
    $RedirectUris = @('https://booking.contoso.com/signin')
    $Application = @('Calendars.ReadWrite')
    $Delegated = @('openid', 'profile', 'email')
    # The key of a certificate (public part only), where the application uses one.
    $Certificate = ''

    $graph = Invoke-MgGraphRequest -Method GET -Uri "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?`$select=id,appRoles,oauth2PermissionScopes" -OutputType PSObject
    # This tenant's own ids of the permissions.
    $roles = @{}
    foreach ($role in $graph.appRoles) { if (@($role.allowedMemberTypes) -contains 'Application') { $roles["$($role.value)"] = "$($role.id)" } }
    $scopes = @{}
    foreach ($scope in $graph.oauth2PermissionScopes) { $scopes["$($scope.value)"] = "$($scope.id)" }
    $missing = @(@($Application | Where-Object { -not $roles[$_] }) + @($Delegated | Where-Object { -not $scopes[$_] }))
    if ($missing.Count -gt 0) { throw "Microsoft Graph does not offer $($missing -join ', ') here. Nothing was changed." }
    $access = @()
    foreach ($name in $Application) { $access += @{ id = $roles[$name]; type = 'Role' } }
    foreach ($name in $Delegated) { $access += @{ id = $scopes[$name]; type = 'Scope' } }

    # What the application has already is kept: Graph replaces lists as a whole.
    $where = "/v1.0/applications(uniqueName='$Unique')"
    if ($AppId) { $where = "/v1.0/applications(appId='$AppId')" }
    $fields = '?$select=id,appId,displayName,web,requiredResourceAccess,keyCredentials'
    $app = Get-One ($where + $fields)
    if ($AppId -and -not $app) { throw "There is no application $AppId in this tenant. Nothing was changed." }
    $uris = @($RedirectUris)
    $others = @()
    $idTokens = $true
    $lacks = @('everything')
    if ($app) {
        $has = @()
        foreach ($resource in @($app.requiredResourceAccess | Where-Object { $_ })) {
            if ("$($resource.resourceAppId)" -eq '00000003-0000-0000-c000-000000000000') { $has += @($resource.resourceAccess) }
            else { $others += @{ resourceAppId = "$($resource.resourceAppId)"; resourceAccess = @($resource.resourceAccess | ForEach-Object { @{ id = "$($_.id)"; type = "$($_.type)" } }) } }
        }
        $hasUris = @($app.web.redirectUris | Where-Object { $_ })
        $lacks = @($uris | Where-Object { $hasUris -cnotcontains $_ })
        foreach ($wanted in @($access)) {
            if (@($has | Where-Object { "$($_.id)" -eq $wanted.id }).Count -eq 0) { $lacks += $wanted.id }
        }
        foreach ($held in $has) {
            if (@($access | Where-Object { $_.id -eq "$($held.id)" }).Count -eq 0) { $access += @{ id = "$($held.id)"; type = "$($held.type)" } }
        }
        $uris = @($hasUris + @($uris | Where-Object { $hasUris -cnotcontains $_ }))
        if ($app.web.implicitGrantSettings.enableIdTokenIssuance) { $idTokens = $true }
        elseif ($idTokens) { $lacks += 'ID tokens' }
    }
    $body = @{
        web = @{ redirectUris = $uris; implicitGrantSettings = @{ enableIdTokenIssuance = $idTokens } }
        requiredResourceAccess = @($others + @(@{ resourceAppId = '00000003-0000-0000-c000-000000000000'; resourceAccess = $access }))
    }
    if (-not $app) {
        $body['displayName'] = $DisplayName
        $body['signInAudience'] = 'AzureADMyOrg'
    }
    if ($Certificate -and @($app.keyCredentials | Where-Object { $_ }).Count -eq 0) {
        $lacks += 'certificate'
        $body['keyCredentials'] = @(@{ type = 'AsymmetricX509Cert'; usage = 'Verify'; key = $Certificate; displayName = $DisplayName })
    }
    elseif ($Certificate) { Add-Result $DisplayName 'certificate' 'skipped' 'The application has a certificate already: add the new one in the Entra admin center, so that the old one keeps working.' }
    $known = [bool]$app
    if ($lacks.Count -eq 0) { Add-Result $DisplayName 'app registration' 'same' '' @{} @{ ClientId = "$($app.appId)"; ObjectId = "$($app.id)" } }
    elseif (Test-Go $DisplayName 'app registration' @{ AppId = "$($app.appId)" } @{ RedirectUris = ($uris -join ' '); Permissions = (@($Application + $Delegated) -join ' ') }) {
        if ($known) { $null = Send-Json PATCH "/v1.0/applications/$($app.id)" $body }
        else {
            $json = ConvertTo-Json -InputObject $body -Depth 8 -Compress
            $null = Invoke-MgGraphRequest -Method PATCH -Uri $where -Headers @{ Prefer = 'create-if-missing' } -Body $json -ContentType 'application/json; charset=utf-8' -OutputType PSObject
        }
        # A new object takes a while to be everywhere.
        foreach ($wait in @(0, 2, 4, 8, 16, 30, 60)) {
            Start-Sleep -Seconds $wait
            $app = Get-One ($where + $fields)
            if ($app) { break }
        }
        if (-not $app) { throw 'The application was made but is not found yet. Run the script again in a few minutes.' }
        Add-Result $DisplayName 'app registration' 'changed' '' @{} @{ ClientId = "$($app.appId)"; ObjectId = "$($app.id)" }
    }

    $principal = $null
    if ($app) { $principal = Get-One "/v1.0/servicePrincipals(appId='$($app.appId)')?`$select=id" }
    if ($principal) { Add-Result "$($app.appId)" 'enterprise application' 'same' '' @{} @{ ServicePrincipalId = "$($principal.id)" } }
    elseif (Test-Go $DisplayName 'enterprise application') {
        foreach ($wait in @(2, 4, 8, 16, 30, 60, 120)) {
            $refused = ''
            try {
                $principal = Send-Json POST '/v1.0/servicePrincipals' @{ appId = "$($app.appId)" }
                break
            }
            catch { $refused = "$_" }
            Start-Sleep -Seconds $wait
            $principal = Get-One "/v1.0/servicePrincipals(appId='$($app.appId)')?`$select=id"
            if ($principal) {
                $refused = ''
                break
            }
        }
        if ($refused) { throw "The enterprise application could not be made: $refused" }
        Add-Result "$($app.appId)" 'enterprise application' 'changed' '' @{} @{ ServicePrincipalId = "$($principal.id)" }
    }

    # Consent for the application permissions, one by one.
    $grants = @()
    if ($principal) { $grants = @(Get-All "/v1.0/servicePrincipals/$($principal.id)/appRoleAssignments") }
    foreach ($name in $Application) {
        try {
            if (@($grants | Where-Object { "$($_.appRoleId)" -eq $roles[$name] }).Count -gt 0) { Add-Result $name 'consent' 'same' }
            elseif (Test-Go $name 'consent') {
                foreach ($wait in @(2, 4, 8, 16, 30, 60, 120)) {
                    $refused = ''
                    try {
                        $null = Send-Json POST "/v1.0/servicePrincipals/$($graph.id)/appRoleAssignedTo" @{ principalId = "$($principal.id)"; resourceId = "$($graph.id)"; appRoleId = $roles[$name] }
                        break
                    }
                    catch { $refused = "$_" }
                    if ($refused -match 'already exists') {
                        $refused = ''
                        break
                    }
                    if ($refused -match 'Authorization_RequestDenied|403 \(?Forbidden|: Forbidden') { break }
                    Start-Sleep -Seconds $wait
                }
                if ($refused) { throw $refused }
                Add-Result $name 'consent' 'changed'
            }
        }
        catch { Add-Result $name 'consent' 'failed' "$_" }
    }
    if ($Delegated.Count -gt 0) {
        $action = 'consent for all users'
        try {
            $all = @()
            if ($principal) { $all = @(Get-All "/v1.0/servicePrincipals/$($principal.id)/oauth2PermissionGrants" | Where-Object { "$($_.resourceId)" -eq "$($graph.id)" -and "$($_.consentType)" -eq 'AllPrincipals' }) }
            $held = @()
            if ($all.Count -gt 0) { $held = @("$($all[0].scope)" -split '\s+' | Where-Object { $_ }) }
            $more = @($Delegated | Where-Object { $held -notcontains $_ })
            $scope = @($held + $more) -join ' '
            if ($more.Count -eq 0) { Add-Result ($Delegated -join ' ') $action 'same' }
            elseif (Test-Go ($more -join ' ') $action @{ Scope = ($held -join ' ') } @{ Scope = $scope }) {
                if ($all.Count -gt 0) { $null = Send-Json PATCH "/v1.0/oauth2PermissionGrants/$($all[0].id)" @{ scope = $scope } }
                else { $null = Send-Json POST '/v1.0/oauth2PermissionGrants' @{ clientId = "$($principal.id)"; consentType = 'AllPrincipals'; resourceId = "$($graph.id)"; scope = $scope } }
                Add-Result ($more -join ' ') $action 'changed' '' @{ Scope = ($held -join ' ') } @{ Scope = $scope }
            }
        }
        catch { Add-Result ($Delegated -join ' ') $action 'failed' "$_" }
    }

    if ($NewSecret -and $app -and (Test-Go $DisplayName 'client secret')) {
        $until = (Get-Date).AddMonths(24).ToUniversalTime().ToString('s') + 'Z'
        $made = Send-Json POST "/v1.0/applications/$($app.id)/addPassword" @{ passwordCredential = @{ displayName = $DisplayName; endDateTime = $until } }
        try { Set-Clipboard -Value $made.secretText }
        catch {
            $null = Send-Json POST "/v1.0/applications/$($app.id)/removePassword" @{ keyId = "$($made.keyId)" }
            throw "The clipboard cannot be used here, so the new secret was removed again: $_"
        }
        Add-Result $DisplayName 'client secret' 'changed' '' @{} @{ KeyId = "$($made.keyId)"; Expires = $until }
        $made = $null
        Write-Host 'The secret is in the clipboard: paste it into Roomkey now. It is shown nowhere.'
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
