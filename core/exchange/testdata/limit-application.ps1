#Requires -Version 5.1
<#
.SYNOPSIS
    Limit the application to its mailboxes

.DESCRIPTION
    Gives the application its Exchange roles for the rooms only (RBAC for Applications): the pointer to the enterprise application, a management scope and the role assignments, then a test for a mailbox inside and one outside. The tenant-wide grant in Entra ID still counts beside it until the script remove-grant takes it away.

    Who may run it: Exchange Administrator who is a member of Organization Management
    Takes effect:   30 minutes to 2 hours; the test at the end sees it at once.
    Undo:           Run limit-application-undo, after restore-grant.

    How to start it, for this process only (the execution policy of the machine
    stays as it is). First look, with -WhatIf; then leave -WhatIf away:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\limit-application.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./limit-application.ps1 -WhatIf

    If the file came by mail or download, unblock it first: Unblock-File .\limit-application.ps1
    Where only signed scripts may run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\limit-application.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

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
    # Thumbprint of a code-signing certificate in Cert:\CurrentUser\My, where AllSigned
    # also wants the module signed that Connect-ExchangeOnline makes.
    [string]$SigningThumbprint,
    # For a schedule, without a person: an application with Exchange.ManageAsApp.
    [string]$AutomationAppId,
    [string]$AutomationThumbprint,
    [string]$AutomationOrganization,
    [switch]$Device
)

$ErrorActionPreference = 'Stop'
# What the caller's session has set is not for this script. Debug output of Graph would
# write whole requests and answers, secrets among them, into the transcript.
Set-StrictMode -Off
$DebugPreference = 'SilentlyContinue'
$ScriptName = 'limit-application'
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

# Connect-Tenant opens a connection to Exchange Online and lets nothing pass that is not
# the tenant and the role which this script was made for.
function Connect-Tenant {
    $version = $PSVersionTable.PSVersion.Major * 100 + $PSVersionTable.PSVersion.Minor
    $newest = ''
    if ($version -ge 600 -and $version -lt 704) { $newest = '3.4.0' }
    elseif ($version -ge 704 -and $version -lt 706) { $newest = '3.9.2' }
    Use-Module 'ExchangeOnlineManagement' '3.4.0' $newest
    $open = @(Get-ConnectionInformation)
    if (@($open | Where-Object { "$($_.TenantID)" -ne $TenantId }).Count -gt 0) {
        throw 'This window is already connected to another tenant. Start a new PowerShell window. Nothing was changed.'
    }
    $before = @($open | ForEach-Object { "$($_.ConnectionId)" })
    $commands = @(
        'Get-ServicePrincipal',
        'New-ServicePrincipal',
        'Get-ManagementScope',
        'New-ManagementScope',
        'Set-ManagementScope',
        'Get-ManagementRoleAssignment',
        'New-ManagementRoleAssignment',
        'Test-ServicePrincipalAuthorization',
        'Get-DistributionGroup',
        'Get-DistributionGroupMember',
        'New-DistributionGroup',
        'Add-DistributionGroupMember',
        'Remove-DistributionGroupMember',
        'Get-OrganizationConfig'
    )
    $how = @{}
    if ($UserPrincipalName) { $how['UserPrincipalName'] = $UserPrincipalName }
    if ($SigningThumbprint) { $how['SigningCertificate'] = Get-Item -LiteralPath "Cert:\CurrentUser\My\$SigningThumbprint" }
    if ($AutomationAppId) {
        $how['AppId'] = $AutomationAppId
        $how['CertificateThumbprint'] = $AutomationThumbprint
        $how['Organization'] = $AutomationOrganization
    }
    if ($Device) {
        if ($version -lt 700) { throw '-Device needs PowerShell 7. Nothing was changed.' }
        $how['Device'] = $true
    }
    Connect-ExchangeOnline -ShowBanner:$false -CommandName @((@('Enable-OrganizationCustomization') + $commands) | Where-Object { $_ -notlike 'Get-EXO*' }) @how
    $mine = @(Get-ConnectionInformation | Where-Object { $before -notcontains "$($_.ConnectionId)" })
    if ($mine.Count -ne 1) { throw 'The connection that was just opened is not found. Nothing was changed.' }
    $script:Opened = "$($mine[0].ConnectionId)"
    $script:Account = "$($mine[0].UserPrincipalName)"
    if ("$($mine[0].TenantID)" -ne $TenantId) {
        throw "This is tenant $($mine[0].TenantID), but the script was made for tenant $TenantId. Nothing was changed."
    }
    foreach ($command in $commands) {
        if (-not (Get-Command -Name $command -ErrorAction SilentlyContinue)) {
            throw ("The account may not run ${command}. It needs: " + 'Exchange Administrator who is a member of Organization Management' + '. A role from Privileged Identity Management must be activated before signing in. Nothing was changed.')
        }
    }
}

# Disconnect-Tenant closes the connection that Connect-Tenant opened, and no other.
function Disconnect-Tenant {
    if ($script:Opened) { Disconnect-ExchangeOnline -ConnectionId $script:Opened -Confirm:$false }
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
    $AppId = '11111111-2222-3333-4444-555555555555'
    $Roles = @('Application Calendars.ReadWrite')
    $Scope = 'Roomkey 11111111 rooms'
    $Prefix = 'Roomkey 11111111 '

    $ObjectId = '99999999-8888-7777-6666-555555555555'
    $DisplayName = 'Room booking'
    $WholeKind = $true
    $Group = ''
    $Organizers = 'organizers@contoso.com'
    $Rooms = @()

    # A small tenant cannot have scopes of its own until this was switched on once.
    if ((Get-OrganizationConfig -ErrorAction Stop).IsDehydrated -and (Test-Go 'organization' 'customization enabled')) {
        Enable-OrganizationCustomization -Confirm:$false -ErrorAction Stop
        Add-Result 'organization' 'customization enabled' 'changed'
        throw 'Exchange now prepares the organization for scopes of its own, which takes up to a day. Run the script again after that.'
    }

    # The pointer of Exchange to the enterprise application. A new application is not seen
    # at once: the script waits, for ten minutes at most.
    $principal = @(Get-ServicePrincipal -ErrorAction Stop | Where-Object { "$($_.AppId)" -eq $AppId })
    if ($principal.Count -gt 0) {
        if ("$($principal[0].ObjectId)" -ne $ObjectId) { throw "Exchange knows the application by the object id $($principal[0].ObjectId), which is not that of the enterprise application. Remove it with Remove-ServicePrincipal and run the script again." }
        Add-Result $AppId 'service principal' 'same'
    }
    elseif (Test-Go $AppId 'service principal' @{} @{ ObjectId = $ObjectId }) {
        foreach ($wait in @(0, 15, 30, 60, 120, 180, 195)) {
            if ($wait -gt 0) {
                Write-Host "Exchange does not see the enterprise application yet; next try in $wait seconds."
                Start-Sleep -Seconds $wait
            }
            $refused = ''
            try {
                $null = New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName $DisplayName -Confirm:$false -ErrorAction Stop
                break
            }
            catch { $refused = "$_" }
        }
        if ($refused) { throw "Exchange does not take the enterprise application: $refused" }
        Add-Result $AppId 'service principal' 'changed' '' @{} @{ ObjectId = $ObjectId }
    }

    # A group of the chosen rooms, where single rooms were chosen.
    if ($Rooms.Count -gt 0) {
        $found = @(Get-DistributionGroup -Filter "DisplayName -eq '$(Format-Filter $Group)'" -ErrorAction Stop)
        if ($found.Count -gt 1) { throw "There is more than one group called $Group." }
        if ($found.Count -eq 0 -and (Test-Go $Group 'group of the rooms')) {
            $found = @(New-DistributionGroup -Name $Group -DisplayName $Group -Type Security -MemberJoinRestriction Closed -MemberDepartRestriction Closed -Confirm:$false -ErrorAction Stop)
            Add-Result $Group 'group of the rooms' 'changed'
        }
        if ($found.Count -eq 1) {
            $Group = "$($found[0].PrimarySmtpAddress)"
            $members = @(Get-DistributionGroupMember -Identity $Group -ResultSize Unlimited -ErrorAction Stop | ForEach-Object { "$($_.PrimarySmtpAddress)" })
            foreach ($room in $Rooms) {
                try {
                    if ($members -contains $room) { Add-Result $room 'member of the scope' 'same' }
                    elseif (Test-Go $room 'member of the scope') {
                        Add-DistributionGroupMember -Identity $Group -Member $room -BypassSecurityGroupManagerCheck -Confirm:$false -ErrorAction Stop
                        Add-Result $room 'member of the scope' 'changed'
                    }
                }
                catch { Add-Result $room 'member of the scope' 'failed' "$_" }
            }
            foreach ($member in @($members | Where-Object { $Rooms -notcontains $_ })) {
                try {
                    if (Test-Go $member 'no longer member of the scope') {
                        Remove-DistributionGroupMember -Identity $Group -Member $member -BypassSecurityGroupManagerCheck -Confirm:$false -ErrorAction Stop
                        Add-Result $member 'no longer member of the scope' 'changed'
                    }
                }
                catch { Add-Result $member 'no longer member of the scope' 'failed' "$_" }
            }
        }
    }

    # Get-Members is the part of the filter for one group. Only direct members count, so a
    # group inside the group would silently be out of scope.
    function Get-Members {
        param([string]$Address)
        $group = Get-DistributionGroup -Identity $Address -ErrorAction Stop
        $nested = @(Get-DistributionGroupMember -Identity $Address -ResultSize Unlimited -ErrorAction Stop | Where-Object { "$($_.RecipientType)" -like '*Group*' })
        if ($nested.Count -gt 0) { throw "The group $Address holds other groups ($($nested[0].DisplayName)), whose members would be out of scope. Only direct members count." }
        return "MemberOfGroup -eq '$(Format-Filter $group.DistinguishedName)'"
    }
    $filter = ''
    if ($WholeKind) { $filter = "RecipientTypeDetails -eq 'RoomMailbox'" }
    elseif ($Rooms.Count -eq 0 -or $found.Count -eq 1) { $filter = Get-Members $Group }
    if ($Organizers -and $filter) { $filter = "($filter) -or ($(Get-Members $Organizers))" }

    $existing = @(Get-ManagementScope -ErrorAction Stop | Where-Object { "$($_.Name)" -eq $Scope })
    if ($existing.Count -eq 0) {
        if (Test-Go $Scope 'management scope' @{} @{ Filter = $filter }) {
            $null = New-ManagementScope -Name $Scope -RecipientRestrictionFilter $filter -Confirm:$false -ErrorAction Stop
            Add-Result $Scope 'management scope' 'changed' '' @{} @{ Filter = $filter }
        }
    }
    else {
        $was = "$($existing[0].RecipientFilter)"
        if (($was -replace '[\s()]', '') -eq ($filter -replace '[\s()]', '')) { Add-Result $Scope 'management scope' 'same' '' @{ Filter = $was } }
        elseif (Test-Go $Scope 'management scope' @{ Filter = $was } @{ Filter = $filter }) {
            Set-ManagementScope -Identity $Scope -RecipientRestrictionFilter $filter -Confirm:$false -ErrorAction Stop
            Add-Result $Scope 'management scope' 'changed' '' @{ Filter = $was } @{ Filter = $filter }
        }
    }

    foreach ($role in $Roles) {
        $name = $Prefix + ($role -replace '^Application ', '')
        try {
            $held = @(Get-ManagementRoleAssignment -Role $role -ErrorAction Stop | Where-Object { "$($_.Name)" -eq $name })
            if ($held.Count -gt 0) {
                if ("$($held[0].CustomResourceScope)" -ne $Scope) { throw "The assignment $name has another scope: $($held[0].CustomResourceScope)." }
                Add-Result $name 'role assignment' 'same'
            }
            elseif (Test-Go $name 'role assignment' @{} @{ Role = $role; Scope = $Scope }) {
                $null = New-ManagementRoleAssignment -Name $name -App $ObjectId -Role $role -CustomResourceScope $Scope -Confirm:$false -ErrorAction Stop
                Add-Result $name 'role assignment' 'changed' '' @{} @{ Role = $role; Scope = $Scope }
            }
        }
        catch { Add-Result $name 'role assignment' 'failed' "$_" }
    }

    # Test-Reach asks Exchange what the application may do in one mailbox. It does not see
    # grants in Entra ID, and it sees a new scope at once.
    function Test-Reach {
        param([string]$Mailbox, [bool]$Inside)
        $action = 'out of scope'
        if ($Inside) { $action = 'in scope' }
        foreach ($role in $Roles) {
            try {
                $rows = @(Test-ServicePrincipalAuthorization -Identity $AppId -Resource $Mailbox -ErrorAction Stop | Where-Object { "$($_.RoleName)" -eq $role })
                $is = @($rows | Where-Object { "$($_.InScope)" -eq 'True' }).Count -gt 0
                $after = @{ Role = $role; InScope = "$is" }
                if ($rows.Count -eq 0 -and $Inside) { throw "The application does not hold $role." }
                if ($is -ne $Inside) { Add-Result $Mailbox $action 'failed' "InScope is $is for $role." @{} $after }
                else { Add-Result $Mailbox $action 'same' '' @{} $after }
            }
            catch { Add-Result $Mailbox $action 'failed' "$_" }
        }
    }
    $Inside = 'room0@contoso.com'
    $Outside = 'ceo@contoso.com'

    if ($Preview) {
        Add-Result $Inside 'in scope' 'skipped' 'What if: tested after the change.'
        Add-Result $Outside 'out of scope' 'skipped' 'What if: tested after the change.'
    }
    else {
        Test-Reach $Inside $true
        Test-Reach $Outside $false
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
