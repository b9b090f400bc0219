#Requires -Version 5.1
<#
.SYNOPSIS
    Calendar processing for the chosen rooms

.DESCRIPTION
    How the chosen rooms answer meeting requests and what they keep of a meeting. Only settings that differ are changed; the values from before are saved to a CSV first.

    Who may run it: Exchange Administrator or Exchange Recipient Administrator
    Takes effect:   At once for new meetings. Meetings that are already in a room's calendar keep the subject that they have.
    Undo:           Run the script calendar-processing-undo with the CSV of values from before.

    How to start it, for this process only (the execution policy of the machine
    stays as it is). First look, with -WhatIf; then leave -WhatIf away:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\calendar-processing.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./calendar-processing.ps1 -WhatIf

    If the file came by mail or download, unblock it first: Unblock-File .\calendar-processing.ps1
    Where only signed scripts may run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\calendar-processing.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

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
    # Also the room mailboxes that are not in the list below, for instance newer ones.
    # Their subjects stay hidden: keeping them is a choice for each room.
    [switch]$AllRooms,
    [switch]$Device
)

$ErrorActionPreference = 'Stop'
# What the caller's session has set is not for this script. Debug output of Graph would
# write whole requests and answers, secrets among them, into the transcript.
Set-StrictMode -Off
$DebugPreference = 'SilentlyContinue'
$ScriptName = 'calendar-processing'
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
    $commands = @('Get-EXOMailbox', 'Get-CalendarProcessing', 'Set-CalendarProcessing')
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
    Connect-ExchangeOnline -ShowBanner:$false -CommandName @($commands | Where-Object { $_ -notlike 'Get-EXO*' }) @how
    $mine = @(Get-ConnectionInformation | Where-Object { $before -notcontains "$($_.ConnectionId)" })
    if ($mine.Count -ne 1) { throw 'The connection that was just opened is not found. Nothing was changed.' }
    $script:Opened = "$($mine[0].ConnectionId)"
    $script:Account = "$($mine[0].UserPrincipalName)"
    if ("$($mine[0].TenantID)" -ne $TenantId) {
        throw "This is tenant $($mine[0].TenantID), but the script was made for tenant $TenantId. Nothing was changed."
    }
    foreach ($command in $commands) {
        if (-not (Get-Command -Name $command -ErrorAction SilentlyContinue)) {
            throw ("The account may not run ${command}. It needs: " + 'Exchange Administrator or Exchange Recipient Administrator' + '. A role from Privileged Identity Management must be activated before signing in. Nothing was changed.')
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
    $Columns = @(
        'AutomateProcessing',
        'AddOrganizerToSubject',
        'DeleteSubject',
        'DeleteComments',
        'DeleteAttachments',
        'DeleteNonCalendarItems',
        'RemovePrivateProperty',
        'RemoveOldMeetingMessages',
        'RemoveForwardedMeetingNotifications',
        'RemoveCanceledMeetings',
        'ProcessExternalMeetingMessages',
        'AllowConflicts',
        'ConflictPercentageAllowed',
        'MaximumConflictInstances',
        'AllowRecurringMeetings',
        'BookingWindowInDays',
        'EnforceSchedulingHorizon',
        'MaximumDurationInMinutes',
        'MinimumDurationInMinutes',
        'ScheduleOnlyDuringWorkHours',
        'AddAdditionalResponse',
        'AdditionalResponse',
        'AddNewRequestsTentatively',
        'TentativePendingApproval',
        'AllBookInPolicy',
        'AllRequestInPolicy',
        'AllRequestOutOfPolicy',
        'BookInPolicy',
        'RequestInPolicy',
        'RequestOutOfPolicy',
        'ResourceDelegates',
        'ForwardRequestsToDelegates',
        'OrganizerInfo',
        'EnableResponseDetails',
        'BookingType',
        'EnableAutoRelease',
        'PostReservationMaxClaimTimeInMinutes',
        'EnforceCapacity'
    )
    # What Exchange itself rewrites when it stores it is not compared after a change.
    $Loose = @(
        'AdditionalResponse',
        'BookInPolicy',
        'RequestInPolicy',
        'RequestOutOfPolicy',
        'ResourceDelegates'
    )
    $RoomMailboxes = @{}
    foreach ($mailbox in @(Get-EXOMailbox -RecipientTypeDetails RoomMailbox -ResultSize Unlimited -ErrorAction Stop)) {
        $RoomMailboxes["$($mailbox.PrimarySmtpAddress)"] = $true
    }
    $settable = @((Get-Command -Name Set-CalendarProcessing).Parameters.Keys)

    # Save-Before keeps the values of a room as they were, one line of the CSV, which says
    # that they were replaced: it is not how the room is now.
    function Save-Before {
        param([string]$Room, $Values)
        $row = @{ Tenant = $TenantId; Room = $Room; Replaced = $Started }
        foreach ($name in $Columns) { $row[$name] = Format-Value $Values.$name }
        New-Object -TypeName PSObject -Property $row |
            Select-Object -Property (@('Tenant', 'Room', 'Replaced') + $Columns) |
            Export-Csv -LiteralPath "$Base.before.csv" -Append -NoTypeInformation -Encoding UTF8
        if ($script:Files -notcontains "$Base.before.csv") { $script:Files += "$Base.before.csv" }
    }

    # Set-Room brings one room to the wanted values and proves it by reading them back.
    function Set-Room {
        param([string]$Room, [hashtable]$Want)
        try {
            if (-not $RoomMailboxes[$Room]) { throw 'There is no room mailbox with this primary address.' }
            $now = Get-CalendarProcessing -Identity $Room -ErrorAction Stop
            $change = Get-Change $now $Want
            foreach ($name in @($change.Set.Keys)) {
                if ($settable -notcontains $name) { throw "The role of this account does not include the parameter $name." }
            }
            if ($change.Set.Count -eq 0) {
                Add-Result $Room 'calendar processing' 'same'
                return
            }
            if (-not (Test-Go $Room 'calendar processing' $change.Was $change.Will)) { return }
            Save-Before $Room $now
            $set = $change.Set
            Set-CalendarProcessing -Identity $Room @set -Confirm:$false -ErrorAction Stop
            $after = Get-CalendarProcessing -Identity $Room -ErrorAction Stop
            $is = @{}
            foreach ($name in @($set.Keys)) { $is[$name] = Format-Value $after.$name }
            $unmoved = @($set.Keys | Where-Object { $Loose -notcontains $_ -and $is[$_] -cne $change.Will[$_] })
            if ($unmoved.Count -gt 0) { throw "Exchange took the command but shows the old value of: $($unmoved -join ', '). Run the script again in a few minutes." }
            Add-Result $Room 'calendar processing' 'changed' '' $change.Was $is
        }
        catch { Add-Result $Room 'calendar processing' 'failed' "$_" }
    }

    # What the booking product needs of every room.
    $Policy = @{
        'AutomateProcessing' = 'AutoAccept'
        'RemoveOldMeetingMessages' = $true
    }
    # What shows the subject, text or private flag of a meeting: only for the rooms
    # that were chosen for it.
    $Subject = @{
        'AddOrganizerToSubject' = $false
        'DeleteComments' = $false
        'DeleteSubject' = $false
        'RemovePrivateProperty' = $false
    }
    $Rooms = @('room0@contoso.com', 'room2@contoso.com')
    # Rooms whose subject settings are left as they are.
    $Discreet = @('room1@contoso.com')
    if ($AllRooms) {
        $listed = @{}
        foreach ($room in ($Rooms + $Discreet)) { $listed[$room] = $true }
        $Discreet += @($RoomMailboxes.Keys | Where-Object { -not $listed[$_] } | Sort-Object)
    }
    foreach ($room in $Rooms) { Set-Room $room ($Policy + $Subject) }
    foreach ($room in $Discreet) { Set-Room $room $Policy }

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
