#Requires -Version 5.1
<#
.SYNOPSIS
    Remove the tenant-wide grant

.DESCRIPTION
    Removes the tenant-wide consent in Microsoft Entra ID for the permissions that the application now has in Exchange. Until then, the limit has no effect.

    Who may run it: Privileged Role Administrator or Global Administrator (Entra ID, not Exchange)
    Takes effect:   With the booking server's next token, within 90 minutes. Then check the connection, with a mailbox inside and one outside.
    Undo:           Run restore-grant, which grants the consent again.

    Start it as follows. The execution policy applies to this process only; that of the
    computer stays as it is. First see what it would do, with -WhatIf. Then run it
    without -WhatIf:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\remove-grant.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./remove-grant.ps1 -WhatIf

    If you received the file by email or downloaded it, unblock it first: Unblock-File .\remove-grant.ps1
    If only signed scripts can run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\remove-grant.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

    Beside the script it writes a transcript and NAME-TIME.result.json, which Roomkey
    reads back. You can run it again at any time: what is already as it should be is
    left alone. The exit code is 1 if anything failed.

.PARAMETER UserPrincipalName
    The account that must sign in. The script stops if another account does.
.PARAMETER OutputFolder
    The folder for the transcript and the results. By default, the folder of the script.
.PARAMETER Room
    Not for this script: it cannot be limited to some rooms.
.PARAMETER NoBroker
    Sign in with the browser instead of the Windows account broker (WAM).
.PARAMETER Device
    Sign in with a code on another device (PowerShell 7). Use it only if you cannot use
    the browser here: many tenants block it with Conditional Access, because it is used
    for phishing.
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [string]$UserPrincipalName,
    [string]$OutputFolder,
    # The public client to sign in with. By default, Microsoft Graph Command Line Tools.
    [string]$ClientId,
    [string[]]$Room,
    [switch]$NoBroker,
    [switch]$Device
)

$ErrorActionPreference = 'Stop'
# Settings of the caller's session must not affect this script. Debug output of Graph
# would write whole requests and responses, including secrets, to the transcript.
Set-StrictMode -Off
$DebugPreference = 'SilentlyContinue'
$WarningPreference = 'Continue'
$ProgressPreference = 'Continue'
$InformationPreference = 'SilentlyContinue'
$CallersDefaults = $global:PSDefaultParameterValues
Remove-Variable -Name 'PSDefaultParameterValues' -Scope Global -ErrorAction SilentlyContinue -WhatIf:$false -Confirm:$false -Debug:$false
$PSDefaultParameterValues = @{}
$ScriptName = 'remove-grant'
$ConnectionId = 'c-1'
$TenantId = '5b2a7c1e-0f5d-4b6a-9c3e-7d8f9a0b1c2d'
$Preview = [bool]$WhatIfPreference
$Confirming = "$ConfirmPreference" -eq 'Low'
# From here on, -WhatIf and -Confirm apply to the tenant, not to the transcript and the result file.
$WhatIfPreference = $false
$ConfirmPreference = 'High'
$OnlyRooms = @(($Room -join ',') -split '[,;\s]+' | Where-Object { $_ })
Remove-Variable -Name 'Room'
$Results = @()
$Pending = $null
$LastKind = ''
$SameKind = 0
$Reconnected = $false
$GaveUp = $false
$Files = @()
$Account = ''
$Problem = 'Stopped before it finished.'
$Started = [datetime]::UtcNow.ToString('s') + 'Z'
if (-not $OutputFolder) { $OutputFolder = $PSScriptRoot }
if (-not $OutputFolder) { $OutputFolder = (Get-Location).Path }
$Base = Join-Path -Path $OutputFolder -ChildPath ($ScriptName + '-' + ($Started -replace '[^0-9]', '') + "-$PID")

# Add-Result records and prints the result for one object.
function Add-Result {
    param([string]$Identity, [string]$Action, [string]$Status, [string]$Message = '', [hashtable]$Before = @{}, [hashtable]$After = @{})
    # If a response was lost, the change that was sent before it belongs to this run.
    if ($script:Pending -and $script:Pending.Identity -eq $Identity -and $script:Pending.Action -eq $Action) {
        if ($Status -eq 'same') {
            $Status = 'changed'
            $Before = $script:Pending.Before
            $After = $script:Pending.After
        }
        $script:Pending = $null
    }
    $script:Results += @{ identity = $Identity; action = $Action; status = $Status; error = $Message; before = $Before; after = $After }
    Write-Result ($script:Results.Count - 1)
}

# Write-Result prints a result with its number, counted from 1.
function Write-Result {
    param([int]$At)
    $one = $script:Results[$At]
    $line = '{0,5}  {1,-7}  {2}  {3}  {4}' -f ($At + 1), $one.status, $one.action, $one.identity, (Get-Words $one.error)
    Write-Host ($line -replace '\p{C}', '?')
}

# Set-Failed turns a result into a failure, and prints it again under its number.
function Set-Failed {
    param([int]$At, [string]$Message)
    $script:Results[$At].status = 'failed'
    $script:Results[$At].error = $Message
    Write-Result $At
}

# Test-Go returns whether to make a change now: not with -WhatIf, and with -Confirm only
# after a yes.
function Test-Go {
    param([string]$Identity, [string]$Action, [hashtable]$Before = @{}, [hashtable]$After = @{})
    if ($script:Preview) {
        Add-Result $Identity $Action 'skipped' 'What if: this would be changed.' $Before $After
        return $false
    }
    if ($script:Confirming -and (Read-Host -Prompt ("$Action $Identity - continue? [y/N]" -replace '\p{C}', '?')) -notmatch '^\s*[yY]') {
        Add-Result $Identity $Action 'skipped' 'Not confirmed.' $Before $After
        return $false
    }
    if (-not $script:Pending) { $script:Pending = @{ Identity = $Identity; Action = $Action; Before = $Before; After = $After } }
    return $true
}

# Known errors: what they look like, what kind they are, and what they mean.
$KnownErrors = @(
        @{ 'Fix' = 'Run the script again in a few minutes; what is already done is left alone.'; 'Kind' = 'throttled'; 'Match' = '^429 \w+:|(success|status code): 429\b|error: \(429\)|TooManyRequests|Too ?Many ?Requests|micro delay|server is busy|ServerBusy|throttl'; 'Title' = 'Microsoft refuses requests for a while, because there were too many or its servers are busy.' },
        @{ 'Fix' = 'Run the script again and sign in again. If it fails immediately: activate the role in Privileged Identity Management first, then sign in again.'; 'Kind' = 'expired'; 'Match' = '^401 \w+:|(success|status code): (401|Unauthorized)\b|error: \(401\)|InvalidAuthenticationToken|token (has|is) expired|token expiry|ExpiredAuthenticationToken|SecurityTokenExpired|Lifetime validation failed'; 'Title' = 'The sign-in expired, or the account cannot use this service.' },
        @{ 'Fix' = 'Run the script again later; what is already done is left alone.'; 'Kind' = 'down'; 'Match' = '^50[034] \w+:|(success|status code): 50[034]\b|error: \(50[034]\)|ServiceUnavailable|Service Unavailable|Gateway ?Timeout|InternalServerError'; 'Title' = 'Microsoft''s service is not available at the moment.' },
        @{ 'Fix' = 'Check the network, the proxy and the firewall. Run the script again; what is already done is left alone.'; 'Kind' = 'down'; 'Match' = 'No such host is known|Name or service not known|nodename nor servname|remote name could not be resolved|actively refused|Connection refused|Network is unreachable|unreachable (host|network)|No route to host'; 'Title' = 'Microsoft''s service cannot be reached from this computer.' },
        @{ 'Fix' = 'Run the script again. It checks first.'; 'Kind' = 'lost'; 'Match' = 'connection was closed|^502 \w+:|success: 502\b|error: \(502\)|Bad ?Gateway|operation was canceled|HttpClient\.Timeout|error occurred while sending the request|response ended prematurely|transport connection|connection reset|unexpected EOF|operation (has )?timed out|HttpRequestException'; 'Title' = 'The response did not arrive. The change may have been made.' },
        @{ 'Fix' = 'Ask an administrator whose role includes this object to change it. If it is synchronized from a local Active Directory, change it there.'; 'Kind' = ''; 'Match' = 'out of the current user''s write scope'; 'Title' = 'The object is outside what this account can change.' },
        @{ 'Fix' = 'Change it there; the next synchronization brings it here.'; 'Kind' = ''; 'Match' = 'synchronized from your on-premises|ObjectIsDirSynced|local Active Directory'; 'Title' = 'The object comes from the on-premises Active Directory.' },
        @{ 'Fix' = 'Sign in with an account that has the role that the script needs: Privileged Role Administrator or Global Administrator (Entra ID, not Exchange). Activate roles from Privileged Identity Management before you sign in.'; 'Kind' = 'denied'; 'Match' = 'Access Denied|AccessDenied|Authorization_RequestDenied|^403 \w+:|success: 403\b|error: \(403\)|Forbidden|UnAuthorized|Insufficient privileges|does not include the parameter'; 'Title' = 'The account is not allowed to do this.' },
        @{ 'Fix' = 'Use an address in a domain that the Microsoft 365 admin center lists under Settings > Domains.'; 'Kind' = ''; 'Match' = 'not an accepted domain'; 'Title' = 'The domain of the address does not belong to this tenant.' },
        @{ 'Fix' = 'Find it in the Exchange admin center, including deleted mailboxes, or choose another address.'; 'Kind' = ''; 'Match' = 'ProxyAddressExists|proxy address .* is already being used|The address belongs to'; 'Title' = 'Another object already has this address.' },
        @{ 'Fix' = 'Convert it with Set-Mailbox -Type Room, or remove it from the chosen rooms.'; 'Kind' = ''; 'Match' = 'AutoAccept can only be enabled on resource mailboxes'; 'Title' = 'This is not a room mailbox.' },
        @{ 'Fix' = 'Run the script limit-application, which does it, and again a day later.'; 'Kind' = ''; 'Match' = 'Enable-OrganizationCustomization|DehydratedContext'; 'Title' = 'The organization must be prepared for its own settings first.' },
        @{ 'Fix' = 'Shorten it in the table.'; 'Kind' = ''; 'Match' = 'maximum length is 64|property is too long'; 'Title' = 'The name is longer than the 64 characters that Exchange allows.' },
        @{ 'Fix' = 'Start the script with -NoBroker; it then signs in with the browser.'; 'Kind' = ''; 'Match' = 'RuntimeBroker|MsalRuntime|(account|authentication) broker|[( ]WAM[) :.]|WAM_provider|window handle|\b0xCAA[0-9a-f]{5}\b|A specified logon session does not exist'; 'Title' = 'The sign-in through Windows'' account broker failed.' },
        @{ 'Fix' = 'Open a new PowerShell window and run the script there. Never run Exchange and Graph scripts in the same window.'; 'Kind' = ''; 'Match' = 'Could not load file or assembly|manifest definition does not match|Method not found'; 'Title' = 'A library could not be loaded. Another module in this window may have loaded a conflicting one.' },
        @{ 'Fix' = 'If the script was to create it, see in the results why it could not. Otherwise check the address of the room.'; 'Kind' = ''; 'Match' = '^The (building|room list|floor .*) does not exist\.|^\d+ accounts have this address|^The mailbox has \d+ calendar folders'; 'Title' = 'What the script would change for this room is not there.' },
        @{ 'Fix' = 'Use a certificate or have the policy changed in the Entra admin center under Enterprise applications > Application policies.'; 'Kind' = ''; 'Match' = 'CredentialTypeNotAllowedAsPerAppPolicy|CredentialInvalidLifetimeAsPerAppPolicy|policy forbids client secrets'; 'Title' = 'A policy of the tenant forbids this client secret or its lifetime.' },
        @{ 'Fix' = 'Check the address. A new object needs a few minutes until all of Microsoft''s servers know it.'; 'Kind' = 'missing'; 'Match' = 'ManagementObjectNotFound|couldn''t be found|could not be found|Request_ResourceNotFound|^404 \w+:|success: 404\b|error: \(404\)|NotFound|There is no room mailbox'; 'Title' = 'The object does not exist, or not everywhere yet.' }
    )
$SignIn = @{
        '500011' = 'The tenant does not know the requested API. Check the chosen cloud; each cloud has its own Microsoft Graph.'
        '50020' = 'The account is not in this tenant. Sign in again and choose Use another account; select an administrator of the tenant that the connection names.'
        '50034' = 'The account is not in this tenant. Sign in again and choose Use another account; select an administrator of the tenant that the connection names.'
        '50053' = 'The account is locked, or the sign-in came from an IP address with a bad reputation. Wait ten minutes, or have an administrator check Users > the account > Sign-in logs and unlock the account. Sign in from the company''s network.'
        '50055' = 'The password has expired. Sign in at the Microsoft 365 portal in a browser, set a new password there, then run the script again.'
        '50057' = 'The account is disabled. In the Microsoft Entra admin center open Users > the account > Properties > Settings and switch Account enabled on; or sign in with another account.'
        '50059' = 'The sign-in did not name a tenant. Enter the Tenant ID from the Overview of the Microsoft Entra admin center in the connection.'
        '50074' = 'The sign-in needs a second factor. Run the script again without -Device and complete the second factor in the browser; set one up at aka.ms/mfasetup if the account has none.'
        '50076' = 'The sign-in needs a second factor. Run the script again without -Device and complete the second factor in the browser; set one up at aka.ms/mfasetup if the account has none.'
        '50078' = 'Multifactor authentication is required again. Run the script again without -Device.'
        '50079' = 'The sign-in needs a second factor. Run the script again without -Device and complete the second factor in the browser; set one up at aka.ms/mfasetup if the account has none.'
        '50097' = 'The tenant accepts sign-ins only from a managed device. Run the script on a managed computer without -Device. Or have the Conditional Access administrator exempt the account for this work.'
        '50105' = 'The account is not assigned to the application. In the Microsoft Entra admin center open Enterprise applications > the application named below > Users and groups, select Add user/group and add the account.'
        '50126' = 'The user name or password is wrong. Sign in again in the browser. If the password is forgotten, use Can''t access your account? on the sign-in page.'
        '50128' = 'The sign-in did not name a tenant. Enter the Tenant ID from the Overview of the Microsoft Entra admin center in the connection.'
        '50131' = 'The tenant''s Conditional Access does not allow this device or location. In Monitoring & health > Sign-in logs choose the failed sign-in and look at the tab Conditional Access; sign in from a platform or network that the policy allows.'
        '50199' = 'The sign-in must be confirmed in the browser. Select Continue on that page. If the page appears again, run the script without -Device: many tenants block device codes.'
        '53000' = 'The tenant accepts sign-ins only from a managed device. Run the script on a managed computer without -Device. Or have the Conditional Access administrator exempt the account for this work.'
        '53001' = 'The tenant accepts sign-ins only from a managed device. Run the script on a managed computer without -Device. Or have the Conditional Access administrator exempt the account for this work.'
        '53003' = 'A Conditional Access policy blocks the sign-in. In the Microsoft Entra admin center open Monitoring & health > Sign-in logs (for the application itself the tab Service principal sign-ins), choose the failed sign-in and look at the tab Conditional Access; it names the policy. Have the Conditional Access administrator exclude the account or application, or allow this network''s address. If the script was started with -Device, start it without: many tenants block device codes.'
        '530032' = 'A security policy of the tenant blocks the sign-in. Ask the Conditional Access administrator; the correlation ID below finds the attempt in Monitoring & health > Sign-in logs.'
        '530035' = 'The tenant''s security defaults block this way of signing in. If the script was started with -Device, start it without: many tenants block device codes.'
        '530036' = 'The sign-in is no longer valid under the tenant''s rules about sign-in methods. If the script was started with -Device, start it without: many tenants block device codes.'
        '65001' = 'No one has consented to the application''s permissions. In the Microsoft Entra admin center open Enterprise applications > the application named below > Permissions and select Grant admin consent (as Privileged Role Administrator or Global Administrator). If the application is not listed there, open the address below as such an administrator and select Accept. Consent can take some minutes to take effect; then sign in again.'
        '65004' = 'The consent was declined. Sign in again and select Accept, or have an administrator who can consent sign in. An administrator can consent for everyone. In the Microsoft Entra admin center open Enterprise applications > the application named below > Permissions and select Grant admin consent, or open the address below.'
        '700016' = 'The application is not known in this tenant. Enter the Application (client) ID of an application that exists in this tenant and that people can sign in with. The Microsoft Entra admin center shows it under Enterprise applications, on the application''s Overview. Check that the tenant is the right one, and that the chosen cloud is the tenant''s.'
        '70043' = 'The sign-in has expired. Run the script again and sign in.'
        '90002' = 'There is no such tenant in this cloud. In the Microsoft Entra admin center open Overview and copy the Tenant ID or the Primary domain. On the page of an app registration, it is the Directory (tenant) ID, not the Application (client) ID. If the spelling is right, choose the tenant''s cloud in the connection (Global, GCC High, DoD, China).'
        '90094' = 'An administrator must consent. Sign in with the role Privileged Role Administrator or Global Administrator and select Accept. Or have such an administrator open Enterprise applications > the application named below > Permissions and select Grant admin consent, or open the address below.'
    }

# How to read an error without the names in it.
$Bare = @(
        @{ 'Match' = '[\s\p{Z}]+'; 'With' = ' ' },
        @{ 'Match' = '\\u0027|[‘‘’’‚‚‛‛‹›]'; 'With' = '''' },
        @{ 'Match' = '\\u0022|\\"|[“”„‟«»]'; 'With' = '"' },
        @{ 'Match' = '"(code|message)" ?: ?"'; 'With' = ' ' },
        @{ 'Match' = '^"([^"]*)"$'; 'With' = '$1' },
        @{ 'Match' = '(^|[^\p{L}\p{N}])(?:''.*?''|".*?")($|[^\p{L}\p{N}])'; 'With' = '$1 $2' },
        @{ 'Match' = '(^|[^\p{L}\p{N}])(?:''.*?''|".*?")($|[^\p{L}\p{N}])'; 'With' = '$1 $2' }
    )
$Identifiers = '\|?Ex[0-9A-F]{6}\|[^|]*?(\w*)\|\s*'

# Get-Text returns the text of an error in one line. Exchange's identifiers are left out; the
# kind of error in them stays if only that says what it is. For an error of Graph it returns
# the message and the request ID, not the response: that is a whole one, or its body stands
# behind the status after several attempts.
function Get-Text {
    param($Failure)
    $text = "$Failure"
    $answer = "$($Failure.ErrorDetails.Message)"
    if ($answer -match '^HTTP/\d|"code"\s*:\s*"[^"]') { $text = "$($Failure.Exception.Message)" }
    elseif ($text -match '(?s)^(HTTP request failed with status code: \w+\.)([{<].*)$') {
        $text = $Matches[1]
        $answer = $Matches[2]
    }
    if ($answer -match '"code"\s*:\s*"([^"]+)"') {
        $text += " $($Matches[1])"
        if ($answer -match '"message"\s*:\s*"((?:[^"\\]|\\.)*)"') { $text += ": $($Matches[1] -replace '\\u0027', "'" -replace '\\[nrt]', ' ' -replace '\\(.)', '$1')" }
    }
    if ($answer -match '(?m)^request-id: (\S+)|"request-id"\s*:\s*"([^"]+)"') { $text += " (request $($Matches[1])$($Matches[2]))" }
    $wait = 0
    if ("$answer $text" -match 'Retry-After["\s:{]+(\d{1,9})') { $wait = [int]$Matches[1] }
    if ($wait -and $text -notmatch 'Retry-After') { $text += " Retry-After: $wait" }
    $sort = ''
    if ($text -match $Identifiers) { $sort = $Matches[1] }
    # A connection that failed says so in the language of the computer.
    elseif (@('HttpRequestException', 'TaskCanceledException') -contains "$($Failure.CategoryInfo.Reason)") { $sort = 'HttpRequestException' }
    $text = ($text -replace $Identifiers, '' -replace '\s+', ' ').Trim()
    if ($sort -and -not (Find-Known $text) -and (Find-Known $sort)) { $text += " ($sort)" }
    return $text
}

# Find-Known returns what is known of an error. What stands in quotes is a name, which can
# read like another error.
function Find-Known {
    param([string]$Text)
    foreach ($step in $Bare) { $Text = $Text -replace $step.Match, $step.With }
    foreach ($one in $KnownErrors) { if ($Text -match $one.Match) { return $one } }
}

# Get-Kind returns the kind of an error, or '' if it concerns only one object.
function Get-Kind {
    param([string]$Text)
    $known = Find-Known $Text
    if ($known) { return $known.Kind }
    return ''
}

# Get-Words explains an error and says what to do. It returns an unknown error as it is.
function Get-Words {
    param([string]$Text)
    if (-not $Text) { return '' }
    if ($Text -match 'AADSTS(\d+)' -and $SignIn[$Matches[1]]) { return "$($SignIn[$Matches[1]]) ($Text)" }
    $known = Find-Known $Text
    if ($known) { return "$($known.Title) $($known.Fix) ($Text)" }
    return $Text
}

# Get-Wait returns how many seconds an answer asks to wait, 0 if it does not ask.
function Get-Wait {
    param([string]$Text)
    if ($Text -match 'Retry-After["\s:{]+(\d{1,9})') { return [int]$Matches[1] }
    if ($Text -match 'micro delay is (\d{1,9})') { return [int]([int]$Matches[1] / 1000) + 1 }
    return 0
}

# Wait-Again returns whether to try again, and waits before: as long as Microsoft asks to,
# with a new sign-in if it expired, and while an object that is needed may be too new.
function Wait-Again {
    param([string]$What, [string]$Text, [int]$Try)
    $kind = Get-Kind $Text
    $said = "${What}: $Text" -replace '^: ', '' -replace '\p{C}', '?'
    if ($kind -eq 'expired') {
        if ($script:Reconnected) { return $false }
        $script:Reconnected = $true
        Write-Host "$said Signing in again."
        Disconnect-Tenant
        $null = Connect-Tenant
        return $true
    }
    if ($kind -eq 'missing') {
        $wait = @(5, 10, 15, 30, 60, 120, 240)[$Try - 1]
        if (-not $wait -or $wait -gt $script:Patience) { return $false }
        $script:Patience -= $wait
        Write-Host "$said A new object is not everywhere at once. Next attempt in $wait seconds."
    }
    else {
        $most = @{ throttled = 5; lost = 5; down = 2 }[$kind]
        $asked = Get-Wait $Text
        $wait = $asked
        if (-not $asked) { $wait = 5 * $Try }
        if ($Try -ge [int]$most -or $wait -gt 300) { return $false }
        if ($asked) { Write-Host "Microsoft asks to wait. Next attempt in $wait seconds." }
        else { Write-Host "$said Next attempt in $wait seconds." }
    }
    Start-Sleep -Seconds $wait
    return $true
}
# How many seconds this run may still wait for objects that are new: those that it needs
# from another run, or that it created.
$Patience = 0

# Invoke-Again does something that is not about one object, and tries again where that can
# help. Found checks whether it has been done in the meantime.
function Invoke-Again {
    param([scriptblock]$AgainDo, [string]$AgainWhat, [scriptblock]$AgainFound)
    for ($AgainTry = 1; ; $AgainTry++) {
        try { return & $AgainDo }
        catch {
            $AgainText = Get-Text $_
            $AgainGo = Wait-Again $AgainWhat $AgainText $AgainTry
            if ($AgainFound -and ($AgainGo -or -not (Get-Kind $AgainText))) {
                $AgainThere = Invoke-Again $AgainFound $AgainWhat
                if ($AgainThere) { return $AgainThere }
            }
            if (-not $AgainGo) {
                $script:GaveUp = $true
                throw $AgainText
            }
        }
    }
}

# Wait-Until is Invoke-Again with something that is new or that needs something new: it waits
# at most four minutes for what does not exist yet.
function Wait-Until {
    param([string]$UntilWhat, [scriptblock]$UntilDo, [scriptblock]$UntilFound)
    $script:Patience = 240
    return Invoke-Again $UntilDo $UntilWhat $UntilFound
}

# Invoke-Item processes one object. It tries again where that can help. Each attempt
# compares first.
function Invoke-Item {
    param([string]$ItemName, [string]$ItemAction, [scriptblock]$Do)
    $script:Pending = $null
    $script:GaveUp = $false
    for ($ItemTry = 1; ; $ItemTry++) {
        $ItemText = ''
        try { & $Do }
        catch { $ItemText = Get-Text $_ }
        if (-not $ItemText) {
            $script:LastKind = ''
            $script:Pending = $null
            $script:Reconnected = $false
            return
        }
        if ($script:GaveUp -or -not (Wait-Again $ItemName $ItemText $ItemTry)) { break }
    }
    # What was sent may have been done although it was not seen: its values are kept for an undo.
    $ItemSent = @{ Identity = $ItemName; Action = $ItemAction; Before = @{}; After = @{} }
    if ($script:Pending) { $ItemSent = $script:Pending }
    $script:Pending = $null
    Add-Result $ItemSent.Identity $ItemSent.Action 'failed' $ItemText $ItemSent.Before $ItemSent.After
    $ItemKind = Get-Kind $ItemText
    # What is not known is the same failure where it reads the same but for names and numbers.
    if (-not (Find-Known $ItemText)) { $ItemKind = (($ItemText -split $ItemName, 0, 'SimpleMatch') -join '') -replace '[0-9a-f-]*\d[0-9a-f-]*', '' }
    if ($ItemKind -and @('missing', 'kept') -notcontains $ItemKind -and $ItemKind -eq $script:LastKind) { $script:SameKind++ } else { $script:SameKind = 1 }
    $script:LastKind = $ItemKind
    if ($script:SameKind -ge 3) {
        $ItemDone = @($script:Results | Where-Object { @('changed', 'same') -contains $_.status }).Count
        throw "Stopped after three consecutive failures of the same kind; $ItemDone done. Correct the cause and run the script again: it continues where it stopped. The last failure: $ItemText"
    }
}

# Select-Chosen returns the objects of a list that -Room chooses, without it all of them.
function Select-Chosen {
    param([array]$Items, [string]$Key)
    return @($Items | Where-Object { $_ -and ($OnlyRooms.Count -eq 0 -or ($Key -and $OnlyRooms -contains $_[$Key]) -or (-not $Key -and $OnlyRooms -contains $_)) })
}

# Invoke-Each processes a list of objects, each as $item. With -Room, it skips the others.
function Invoke-Each {
    param([array]$Items, [string]$Key, [string]$Action, [scriptblock]$Do)
    $EachBegan = Get-Date
    $EachItems = @(Select-Chosen $Items $Key)
    $EachDone = 0
    foreach ($item in $EachItems) {
        $EachName = $item
        if ($Key) { $EachName = $item[$Key] }
        $script:Chosen[$EachName] = $true
        if ($EachItems.Count -ge 20) {
            $EachStatus = "$EachDone of $($EachItems.Count) done"
            if ($EachDone -gt 4) {
                $EachLeft = ((Get-Date) - $EachBegan).TotalSeconds / $EachDone * ($EachItems.Count - $EachDone)
                $EachStatus += ', finished at about ' + (Get-Date).AddSeconds($EachLeft).ToString('HH:mm')
            }
            Write-Progress -Activity $ScriptName -Status $EachStatus -PercentComplete (100 * $EachDone / $EachItems.Count)
        }
        Invoke-Item $EachName $Action $Do
        $EachDone++
    }
    Write-Progress -Activity $ScriptName -Completed
}
$Chosen = @{}

# Test-Kept fails if a value that was set is not read back.
function Test-Kept {
    param($Now, [hashtable]$Will)
    $unmoved = @(foreach ($name in @($Will.Keys)) { if ((Format-Value $Now.$name) -cne "$($Will[$name])") { $name } })
    if ($unmoved.Count -gt 0) { throw "The command was accepted, but what was set is not shown: $($unmoved -join ', '). Run the script again in a few minutes." }
}

# Test-Left returns whether an object is still as the run left it that is being undone.
# What someone has changed since then is left alone.
function Test-Left {
    param([string]$Identity, [string]$Action, $Now, [hashtable]$Left)
    if ($null -eq $Left) { return $true }
    $since = @(foreach ($name in @($Left.Keys)) { if ((Format-Value $Now.$name) -cne "$($Left[$name])") { $name } })
    if ($since.Count -eq 0) { return $true }
    Add-Result $Identity $Action 'skipped' "That run left another value of $($since -join ', '), so it stays as it is now."
    return $false
}

# Format-Value returns a value as text. Lists are joined by |, with \| inside an element, in
# alphabetical order: Exchange may return them in another order than they were set in.
function Format-Value {
    param($Value)
    if ($Value -is [string]) { return $Value }
    return (@($Value) | ForEach-Object { "$_" -replace '\|', '\|' } | Sort-Object -CaseSensitive) -join '|'
}

# Get-Change compares an object with the wanted values: what to set, the old and the new values.
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

# Format-Filter doubles the quotation marks of a value in a filter of Exchange or Graph.
function Format-Filter {
    param([string]$Value)
    return $Value -replace "['\u2018-\u201B]", '$0$0'
}

# Use-Module loads a module, and asks before installing it.
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
        if (-not $have) { throw "The module $Name was installed but cannot be found. Restart PowerShell." }
    }
    Import-Module -Name $Name -RequiredVersion $have.Version
}

# Connect-Tenant signs in to Microsoft Graph for this process only, and stops if the tenant
# or the role is not the one that this script was created for.
function Connect-Tenant {
    if (Get-Module -Name 'ExchangeOnlineManagement') { throw 'This window has the Exchange module loaded, whose libraries conflict with those of Microsoft Graph. Open a new PowerShell window. Nothing was changed.' }
    # 2.4.0 is the first with -NoWelcome; 2.11.0 and 2.18.0 escape an address twice.
    Use-Module 'Microsoft.Graph.Authentication' '2.19.0' ''
    if ($NoBroker -and @((Get-Command -Name Set-MgGraphOption -ErrorAction SilentlyContinue).Parameters.Keys) -contains 'DisableLoginByWAM') { Set-MgGraphOption -DisableLoginByWAM $true }
    if (Get-MgContext) { throw 'This window is already signed in to Microsoft Graph. Open a new PowerShell window. Nothing was changed.' }
    $scopes = @('Application.Read.All', 'AppRoleAssignment.ReadWrite.All', 'Directory.Read.All')
    $how = @{}
    if ($ClientId) { $how['ClientId'] = $ClientId }
    if ($Device) {
        if ($PSVersionTable.PSVersion.Major -lt 7) { throw '-Device needs PowerShell 7. Nothing was changed.' }
        $how['UseDeviceCode'] = $true
    }
    $environment = 'Global'
    Connect-MgGraph -TenantId $TenantId -Environment $environment -Scopes $scopes -ContextScope Process -NoWelcome @how
    $script:Opened = $true
    $context = Get-MgContext
    $script:Account = "$($context.Account)"
    if ($UserPrincipalName -and $script:Account -ne $UserPrincipalName) { throw "$($script:Account) signed in, not $UserPrincipalName. Nothing was changed." }
    if ("$($context.TenantId)" -ne $TenantId) {
        throw "This is tenant $($context.TenantId), but the script was created for tenant $TenantId. Nothing was changed."
    }
    foreach ($scope in $scopes) {
        if ($context.Scopes -notcontains $scope) { throw "The sign-in did not get $scope. Nothing was changed." }
    }
    $roles = @('62e90394-69f5-4237-9190-012177145e10', 'e8611ab8-c189-46e8-94e1-60213ab1f814')
    $held = @(Get-All '/v1.0/me/transitiveMemberOf/microsoft.graph.directoryRole?$select=displayName,roleTemplateId' | ForEach-Object { "$($_.roleTemplateId)" })
    if (@($held | Where-Object { $roles -contains $_ }).Count -eq 0) {
        throw ('The account does not have the required role: ' + 'Privileged Role Administrator or Global Administrator (Entra ID, not Exchange)' + '. Activate roles from Privileged Identity Management before you sign in. Nothing was changed.')
    }
}

# Get-All reads every page of a list.
function Get-All {
    param([string]$Uri)
    while ($Uri) {
        $page = Invoke-Again { Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType PSObject } $Uri
        $page.value
        $Uri = $page.'@odata.nextLink'
    }
}

# Get-One reads one object. It returns nothing if the object does not exist.
function Get-One {
    param([string]$Uri)
    return Invoke-Again {
        try { Invoke-MgGraphRequest -Method GET -Uri $Uri -OutputType PSObject }
        catch { if ((Get-Kind (Get-Text $_)) -ne 'missing') { throw } }
    }
}

# Get-Escaped reads an address with escaped characters, or nothing if there is no such object.
# It uses a batch, because some versions of the module escape an address twice.
function Get-Escaped {
    param([string]$Uri)
    return Invoke-Again {
        $answer = @((Send-Json POST '/v1.0/$batch' @{ requests = @(@{ id = '1'; method = 'GET'; url = $Uri }) }).responses)[0]
        if ([int]$answer.status -eq 404) { return }
        if ([int]$answer.status -ge 400) {
            $after = "$($answer.headers.'Retry-After')"
            if ($after) { $after = " Retry-After: $after" }
            throw "$($answer.status) $($answer.body.error.code): $($answer.body.error.message)$after"
        }
        $answer.body
    }
}

# Send-Json sends one change.
function Send-Json {
    param([string]$Method, [string]$Uri, $Body)
    if ($null -eq $Body) { return Invoke-MgGraphRequest -Method $Method -Uri $Uri -OutputType PSObject }
    $json = ConvertTo-Json -InputObject $Body -Depth 8 -Compress
    return Invoke-MgGraphRequest -Method $Method -Uri $Uri -Body $json -ContentType 'application/json; charset=utf-8' -OutputType PSObject
}

# Disconnect-Tenant ends the sign-in of Connect-Tenant.
function Disconnect-Tenant {
    if ($script:Opened) { $null = Disconnect-MgGraph }
}

# Complete-Table writes on each line of a CSV file how many lines it has, so that one that was
# cut off can be recognized. A run that is stopped leaves the file without it.
function Complete-Table {
    param([string]$Path)
    $lines = @(Import-Csv -LiteralPath $Path -Encoding UTF8)
    $lines | Select-Object -Property '*', @{ Name = 'RowsInFile'; Expression = { $lines.Count } } | Export-Csv -LiteralPath "$Path.draft" -NoTypeInformation -Encoding UTF8
    # Not with -Force, which copies over a file that exists: one of the two is always whole.
    Remove-Item -LiteralPath $Path
    Move-Item -LiteralPath "$Path.draft" -Destination $Path
}

# Write-ResultFile writes the file that Roomkey reads back. The seal shows whether the file
# was truncated or edited. It is not a signature.
function Write-ResultFile {
    $summary = @{ changed = 0; same = 0; failed = 0; skipped = 0 }
    foreach ($result in $script:Results) { $summary[$result.status] += 1 }
    $body = @{
        schema = 1; script = $ScriptName; connection = $ConnectionId; tenant = $TenantId
        startedAt = $Started; finishedAt = [datetime]::UtcNow.ToString('s') + 'Z'
        whatIf = $Preview; undo = $false; account = "$script:Account"; error = "$script:Problem"
        files = @($script:Files); results = @($script:Results); summary = $summary
    }
    $json = ConvertTo-Json -InputObject $body -Depth 6 -Compress
    $draft = "$Base.draft"
    Set-Content -LiteralPath $draft -Value $json -Encoding Unicode -NoNewline
    $seal = (Get-FileHash -LiteralPath $draft -Algorithm SHA256).Hash
    # It gets its name when it is whole.
    Set-Content -LiteralPath $draft -Value ('{"seal":"' + $seal + '","result":' + $json + '}') -Encoding UTF8
    Move-Item -LiteralPath $draft -Destination "$Base.result.json"
    Write-Host ''
    Write-Host ('{0} changed, {1} already set, {2} failed, {3} skipped' -f $summary.changed, $summary.same, $summary.failed, $summary.skipped)
    Write-Host "Result file for Roomkey: $Base.result.json"
}

$logging = $false
try {
    try {
        $null = Start-Transcript -LiteralPath "$Base.transcript.txt"
        $logging = $true
    }
    catch { Write-Warning "No transcript: $_" }
    # If no result can be written, nothing is changed.
    Set-Content -LiteralPath "$Base.draft" -Value ''
    Remove-Item -LiteralPath "$Base.draft"
    $how = ''
    if ($Preview) { $how = ', -WhatIf' }
    Write-Host "Script $ScriptName for the connection $ConnectionId in the tenant $TenantId, begun $Started$how."
    if ($OnlyRooms.Count -gt 0) { throw 'This script cannot be limited to some rooms. Start it without -Room. Nothing was changed.' }
    Connect-Tenant
    Write-Host "Connected to tenant $TenantId as $Account."
    # Only after the new scope works everywhere: without the tenant-wide grant the
    # application has only the scope.
    $NotBefore = '2026-11-22T11:00:00Z'
    if ((Get-Date) -lt [datetime]$NotBefore) { throw "Exchange may need until $NotBefore to apply the new scope everywhere. Run the script after that. Nothing was changed." }
    Write-Host 'Tested at 2026-11-22T09:00:00Z: in scope for room0@contoso.com, room1@contoso.com, room2@contoso.com; not in scope for ceo@contoso.com.'
    $AppId = '11111111-2222-3333-4444-555555555555'
    $Permissions = @('Calendars.ReadWrite')
    $graph = Get-One "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?`$select=id,appRoles"
    $principal = Get-One "/v1.0/servicePrincipals(appId='$AppId')?`$select=id,displayName"
    if (-not $principal) { throw 'The enterprise application is not in this tenant. Nothing was changed.' }

    # Get-Grants returns the current tenant-wide grants of one permission.
    function Get-Grants {
        param([string]$Id)
        return @(Get-All "/v1.0/servicePrincipals/$($principal.id)/appRoleAssignments" | Where-Object { "$($_.resourceId)" -eq "$($graph.id)" -and "$($_.appRoleId)" -eq $Id })
    }

    # Test-Grants reads a change back. Microsoft Entra ID needs some seconds to show it.
    function Test-Grants {
        param([string]$Id, [bool]$Held)
        foreach ($wait in @(0, 2, 5, 10, 20, 30)) {
            if ($wait) { Start-Sleep -Seconds $wait }
            if ((@(Get-Grants $Id).Count -gt 0) -eq $Held) { return }
        }
        throw 'Microsoft Entra ID accepted the change but still shows the old state. Run the script again in a few minutes.'
    }

    # Get-RoleId returns the ID of a permission in this tenant's Graph.
    function Get-RoleId {
        param([string]$Permission)
        $role = @($graph.appRoles | Where-Object { "$($_.value)" -eq $Permission -and @($_.allowedMemberTypes) -contains 'Application' })
        if ($role.Count -ne 1) { throw "Microsoft Graph does not offer $Permission here." }
        return "$($role[0].id)"
    }

    foreach ($permission in $Permissions) {
        Invoke-Item $permission 'no tenant-wide grant' {
            $id = Get-RoleId $permission
            $mine = @(Get-Grants $id)
            if ($mine.Count -eq 0) { Add-Result $permission 'no tenant-wide grant' 'same' }
            elseif (Test-Go $permission 'no tenant-wide grant' @{ AppRoleId = $id }) {
                foreach ($grant in $mine) { $null = Send-Json DELETE "/v1.0/servicePrincipals/$($principal.id)/appRoleAssignments/$($grant.id)" $null }
                Test-Grants $id $false
                Add-Result $permission 'no tenant-wide grant' 'changed' '' @{ AppRoleId = $id }
            }
        }
    }

    $unknown = @($OnlyRooms | Where-Object { -not $Chosen[$_] })
    if ($unknown.Count -gt 0) { throw "Not in this script, so left out: $($unknown -join ', ')." }
    $Problem = ''
}
catch {
    $Problem = Get-Text $_
    if ($Pending) { Add-Result $Pending.Identity $Pending.Action 'failed' $Problem $Pending.Before $Pending.After }
    Write-Warning ((Get-Words $Problem) -replace '\p{C}', '?')
}
finally {
    try { Disconnect-Tenant } catch { Write-Warning "Could not disconnect: $_" }
    foreach ($table in $Files) {
        try { Complete-Table $table } catch { Write-Warning "The number of lines could not be written to ${table}: $_" }
    }
    try { Write-ResultFile }
    catch {
        $Problem = "No result file: $_"
        Write-Warning $Problem
    }
    if ($logging) { try { $null = Stop-Transcript } catch { Write-Warning "$_" } }
    if ($null -ne $CallersDefaults) { try { Set-Variable -Name 'PSDefaultParameterValues' -Scope Global -Value $CallersDefaults } catch { Write-Warning "$_" } }
}
if ($Problem -or @($Results | Where-Object { $_.status -eq 'failed' }).Count -gt 0) { exit 1 }
exit 0
