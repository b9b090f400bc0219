#Requires -Version 5.1
<#
.SYNOPSIS
    Limit the application to its mailboxes

.DESCRIPTION
    Gives the application its Exchange roles for the rooms only (RBAC for Applications): the service principal in Exchange, a management scope and the role assignments, then a test for a mailbox inside and one outside. The tenant-wide grant in Entra ID remains in effect until the script remove-grant removes it.

    Who may run it: Exchange Administrator who is a member of Organization Management
    Takes effect:   30 minutes to 2 hours; the test at the end sees it immediately.
    Undo:           Run limit-application-undo, after restore-grant.

    Start it as follows. The execution policy applies to this process only; that of the
    computer stays as it is. First see what it would do, with -WhatIf. Then run it
    without -WhatIf:

      powershell.exe -NoProfile -ExecutionPolicy RemoteSigned -File .\limit-application.ps1 -WhatIf
      pwsh -NoProfile -ExecutionPolicy RemoteSigned -File ./limit-application.ps1 -WhatIf

    If you received the file by email or downloaded it, unblock it first: Unblock-File .\limit-application.ps1
    If only signed scripts can run (AllSigned), sign it with your own code-signing
    certificate, and start it with -ExecutionPolicy AllSigned:

      Set-AuthenticodeSignature -FilePath .\limit-application.ps1 -Certificate (Get-ChildItem Cert:\CurrentUser\My -CodeSigningCert | Select-Object -First 1)

    Beside the script it writes a transcript and NAME-TIME.result.json, which Roomkey
    reads back. You can run it again at any time: what is already as it should be is
    left alone. The exit code is 1 if anything failed.

.PARAMETER UserPrincipalName
    The account to sign in with. Without it, the browser asks.
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
    # Thumbprint of a code-signing certificate in Cert:\CurrentUser\My. With AllSigned, the
    # module that Connect-ExchangeOnline creates must also be signed.
    [string]$SigningThumbprint,
    # For unattended runs on a schedule: an application with Exchange.ManageAsApp.
    [string]$AutomationAppId,
    [string]$AutomationThumbprint,
    [string]$AutomationOrganization,
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
$ScriptName = 'limit-application'
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
        @{ 'Fix' = 'Sign in with an account that has the role that the script needs: Exchange Administrator who is a member of Organization Management. Activate roles from Privileged Identity Management before you sign in.'; 'Kind' = 'denied'; 'Match' = 'Access Denied|AccessDenied|Authorization_RequestDenied|^403 \w+:|success: 403\b|error: \(403\)|Forbidden|UnAuthorized|Insufficient privileges|does not include the parameter'; 'Title' = 'The account is not allowed to do this.' },
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

# Connect-Tenant connects to Exchange Online and stops if the tenant or the role is not the
# one that this script was created for.
function Connect-Tenant {
    $version = $PSVersionTable.PSVersion.Major * 100 + $PSVersionTable.PSVersion.Minor
    $newest = ''
    if ($version -ge 600 -and $version -lt 704) { $newest = '3.4.0' }
    elseif ($version -ge 704 -and $version -lt 706) { $newest = '3.9.2' }
    if (Get-Module -Name 'Microsoft.Graph.Authentication') { throw 'This window has the Microsoft Graph module loaded, whose libraries conflict with those of Exchange. Open a new PowerShell window. Nothing was changed.' }
    Use-Module 'ExchangeOnlineManagement' '3.4.0' $newest
    $open = @(Get-ConnectionInformation)
    if (@($open | Where-Object { "$($_.TenantID)" -ne $TenantId }).Count -gt 0) {
        throw 'This window is already connected to another tenant. Open a new PowerShell window. Nothing was changed.'
    }
    $before = @($open | ForEach-Object { "$($_.ConnectionId)" })
    $commands = @(
        'Get-EXORecipient',
        'Get-ServicePrincipal',
        'New-ServicePrincipal',
        'Get-ManagementScope',
        'New-ManagementScope',
        'Set-ManagementScope',
        'Get-ManagementRoleAssignment',
        'New-ManagementRoleAssignment',
        'Set-ManagementRoleAssignment',
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
    if ($NoBroker -and @((Get-Command -Name Connect-ExchangeOnline).Parameters.Keys) -contains 'DisableWAM') { $how['DisableWAM'] = $true }
    Connect-ExchangeOnline -ShowBanner:$false -CommandName @((@('Enable-OrganizationCustomization', 'Get-AdministrativeUnit', 'Remove-ManagementRoleAssignment') + $commands) | Where-Object { $_ -notlike 'Get-EXO*' }) @how
    $mine = @(Get-ConnectionInformation | Where-Object { $before -notcontains "$($_.ConnectionId)" })
    if ($mine.Count -ne 1) { throw 'The connection that was just opened cannot be found. Nothing was changed.' }
    $script:Opened = "$($mine[0].ConnectionId)"
    $script:Account = "$($mine[0].UserPrincipalName)"
    if ("$($mine[0].TenantID)" -ne $TenantId) {
        throw "This is tenant $($mine[0].TenantID), but the script was created for tenant $TenantId. Nothing was changed."
    }
    foreach ($command in $commands) {
        if (-not (Get-Command -Name $command -ErrorAction SilentlyContinue)) {
            throw ("The account cannot run ${command}. It needs: " + 'Exchange Administrator who is a member of Organization Management' + '. Activate roles from Privileged Identity Management before you sign in. Nothing was changed.')
        }
    }
}

# Disconnect-Tenant closes only the connection that Connect-Tenant opened.
function Disconnect-Tenant {
    if ($script:Opened) { Disconnect-ExchangeOnline -ConnectionId $script:Opened -Confirm:$false }
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
    $AppId = '11111111-2222-3333-4444-555555555555'
    $Roles = @('Application Calendars.ReadWrite')
    $Scope = 'Roomkey 11111111 rooms'
    $Prefix = 'Roomkey 11111111 '
    # Get-Group finds a group by an alias of Roomkey's own, which no naming policy and no
    # renaming touches; one that an older script made by its name.
    function Get-Group {
        param([string]$Alias, [string]$Name, [string]$Kind)
        $found = @(Invoke-Again { Get-DistributionGroup -Filter "Alias -eq '$Alias'" -ErrorAction Stop })
        if ($found.Count -eq 0) { $found = @(Invoke-Again { Get-DistributionGroup -Filter "DisplayName -eq '$(Format-Filter $Name)'" -ErrorAction Stop } | Where-Object { "$($_.RecipientTypeDetails)" -eq $Kind }) }
        if ($found.Count -gt 1) { throw "There is more than one group called $Name." }
        if ($found.Count -eq 1) {
            if ("$($found[0].IsDirSynced)" -eq 'True') { throw "The group $Name comes from the local Active Directory. Change it there." }
            return $found[0]
        }
    }

    # New-Group creates a group with that alias. It ignores the naming policy if the role
    # allows that; otherwise the alias finds the group again.
    function New-Group {
        param([string]$Alias, [string]$Name, [hashtable]$More)
        if (@((Get-Command -Name New-DistributionGroup).Parameters.Keys) -contains 'IgnoreNamingPolicy') { $More['IgnoreNamingPolicy'] = $true }
        $made = Wait-Until $Name { New-DistributionGroup -Name $Name -DisplayName $Name -Alias $Alias @More -Confirm:$false -ErrorAction Stop } { Get-Group $Alias $Name '' }
        if (-not $made.PrimarySmtpAddress) { throw "The command was accepted, but the group $Name is not shown. Run the script again in a few minutes." }
        return $made
    }

    # Get-Addresses returns the addresses of a group's direct members.
    function Get-Addresses {
        param([string]$Address)
        return Invoke-Again { Get-DistributionGroupMember -Identity $Address -ResultSize Unlimited -ErrorAction Stop } $Address | ForEach-Object { "$($_.PrimarySmtpAddress)" }
    }

    # Set-Member adds a member to a group or removes one, and records it at once: whatever
    # happens before the group is read back, the result has what was changed. If the response
    # to an earlier attempt was lost, the group shows that it is done.
    function Set-Member {
        param([string]$Address, [string]$Member, [string]$Action, [bool]$Wanted)
        # Members of Organization Management do not need to own the group.
        $anyway = @{}
        if (@((Get-Command -Name Add-DistributionGroupMember).Parameters.Keys) -contains 'BypassSecurityGroupManagerCheck') { $anyway['BypassSecurityGroupManagerCheck'] = $true }
        try {
            if ($Wanted) { Add-DistributionGroupMember -Identity $Address -Member $Member @anyway -Confirm:$false -ErrorAction Stop }
            else { Remove-DistributionGroupMember -Identity $Address -Member $Member @anyway -Confirm:$false -ErrorAction Stop }
        }
        catch {
            $why = Get-Text $_
            if ((Get-Kind $why) -or (@(Get-Addresses $Address) -contains $Member) -ne $Wanted) { throw $why }
        }
        Add-Result $Member $Action 'changed' '' @{ Member = "$(-not $Wanted)" } @{ Member = "$Wanted" }
    }

    # Test-Members reads a group back. Members that were added but are missing, or removed but
    # still there, have failed.
    function Test-Members {
        param([string]$Address, [string]$Action)
        $is = $null
        for ($at = 0; $at -lt $script:Results.Count; $at++) {
            $one = $script:Results[$at]
            if ($one.action -ne $Action -or $one.status -ne 'changed') { continue }
            if ($null -eq $is) { $is = @(Get-Addresses $Address) }
            if ("$($is -contains $one.identity)" -ne $one.after.Member) { Set-Failed $at 'Exchange accepted the command but still shows the old members. Run the script again in a few minutes.' }
        }
    }

    $ObjectId = '99999999-8888-7777-6666-555555555555'
    $DisplayName = 'Room booking'
    $WholeKind = $true
    $Group = ''
    $Alias = 'roomkey-rooms-5b308ad42b'
    # The people who book: a group, or what their mailboxes have in common.
    $Organizers = 'organizers@contoso.com'
    $Property = ''
    $Values = @()
    $Unit = ''
    $Rooms = @()

    # A small tenant cannot have its own scopes until this was switched on once.
    if ("$((Invoke-Again { Get-OrganizationConfig -ErrorAction Stop }).IsDehydrated)" -eq 'True' -and (Test-Go 'organization' 'customization enabled')) {
        Invoke-Again { Enable-OrganizationCustomization -Confirm:$false -ErrorAction Stop }
        Add-Result 'organization' 'customization enabled' 'changed'
        throw 'Exchange is preparing the organization for its own scopes, which takes up to a day. Run the script again after that.'
    }

    # The service principal in Exchange, which points to the enterprise application. A new
    # application takes time to appear: the script waits only for that, at most four minutes.
    $principal = @(Invoke-Again { Get-ServicePrincipal -ErrorAction Stop } | Where-Object { "$($_.AppId)" -eq $AppId })
    if ($principal.Count -gt 0) {
        if ("$($principal[0].ObjectId)" -ne $ObjectId) { throw "Exchange has the application with the object ID $($principal[0].ObjectId), which does not belong to the enterprise application. Remove it with Remove-ServicePrincipal and run the script again." }
        Add-Result $AppId 'service principal' 'same'
    }
    elseif (Test-Go $AppId 'service principal' @{} @{ ObjectId = $ObjectId }) {
        $null = Wait-Until 'The enterprise application' {
            New-ServicePrincipal -AppId $AppId -ObjectId $ObjectId -DisplayName $DisplayName -Confirm:$false -ErrorAction Stop
        } { Get-ServicePrincipal -ErrorAction Stop | Where-Object { "$($_.AppId)" -eq $AppId } }
        Add-Result $AppId 'service principal' 'changed' '' @{} @{ ObjectId = $ObjectId }
    }

    # A group of the chosen rooms, where single rooms were chosen.
    if ($Rooms.Count -gt 0) {
        $found = @(Get-Group $Alias $Group 'MailUniversalSecurityGroup')
        if ($found.Count -gt 0) { Add-Result $Group 'group of the rooms' 'same' }
        elseif (Test-Go $Group 'group of the rooms') {
            $found = @(New-Group $Alias $Group @{ Type = 'Security'; MemberJoinRestriction = 'Closed'; MemberDepartRestriction = 'Closed' })
            Add-Result $Group 'group of the rooms' 'changed'
        }
        elseif (-not $Preview) { throw 'Without the group of the rooms there is nothing to limit the application to.' }
        else { foreach ($room in $Rooms) { Add-Result $room 'member of the scope' 'skipped' 'What if: this would be changed.' } }
        if ($found.Count -eq 1) {
            $Group = "$($found[0].PrimarySmtpAddress)"
            $members = @(Get-Addresses $Group)
            foreach ($room in $Rooms) {
                Invoke-Item $room 'member of the scope' {
                    if ($members -contains $room) { Add-Result $room 'member of the scope' 'same' }
                    elseif (Test-Go $room 'member of the scope') { Set-Member $Group $room 'member of the scope' $true }
                }
            }
            Test-Members $Group 'member of the scope'
            $gone = @($members | Where-Object { $Rooms -notcontains $_ })
            foreach ($member in $gone) {
                Invoke-Item $member 'no longer member of the scope' {
                    if (Test-Go $member 'no longer member of the scope') { Set-Member $Group $member 'no longer member of the scope' $false }
                }
            }
            Test-Members $Group 'no longer member of the scope'
        }
    }

    # Get-Members returns the part of the filter for one group. Only direct members count, so
    # a nested group would silently be out of scope.
    function Get-Members {
        param([string]$Address)
        $group = Invoke-Again { Get-DistributionGroup -Identity $Address -ErrorAction Stop } $Address
        $nested = @(Invoke-Again { Get-DistributionGroupMember -Identity $Address -ResultSize Unlimited -ErrorAction Stop } $Address | Where-Object { "$($_.RecipientType)" -like '*Group*' })
        if ($nested.Count -gt 0) { throw "The group $Address contains other groups ($($nested[0].DisplayName)), whose members would be out of scope. Only direct members count." }
        return "MemberOfGroup -eq '$(Format-Filter $group.DistinguishedName)'"
    }
    $filter = ''
    if ($WholeKind) { $filter = "RecipientTypeDetails -eq 'RoomMailbox'" }
    elseif ($Rooms.Count -eq 0 -or $found.Count -eq 1) { $filter = Get-Members $Group }
    $people = ''
    if ($Organizers) { $people = Get-Members $Organizers }
    if ($Property) {
        $parts = @(foreach ($value in $Values) { "$Property -eq '$(Format-Filter $value)'" })
        $people = "RecipientTypeDetails -eq 'UserMailbox' -and ($($parts -join ' -or '))"
    }
    if ($people) {
        $count = @(Invoke-Again { Get-EXORecipient -Filter $people -ResultSize Unlimited -ErrorAction Stop }).Count
        if ($count -eq 0) { throw "No mailbox matches $people, so no one could book. Correct what their mailboxes have in common." }
        Add-Result "$Organizers$($Values -join '; ')" 'people who book' 'same' '' @{} @{ Filter = $people; Mailboxes = "$count" }
        Write-Host "$count mailboxes match: $people"
        if ($filter) { $filter = "($filter) -or ($people)" }
    }
    if ($Unit) { $null = Invoke-Again { Get-AdministrativeUnit -Identity $Unit -ErrorAction Stop } }

    Invoke-Item $Scope 'management scope' {
        $existing = @(Get-ManagementScope -ErrorAction Stop | Where-Object { "$($_.Name)" -eq $Scope })
        if ($existing.Count -eq 0) {
            if (Test-Go $Scope 'management scope' @{} @{ Filter = $filter }) {
                $script:Patience = 240
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
    }

    # Set-Assignment assigns a role to the application within its scope.
    function Set-Assignment {
        param([string]$Name, [string]$Role, [hashtable]$Where)
        Invoke-Item $Name 'role assignment' {
            $target = "$(@($Where.Values)[0])"
            # One that was made in Microsoft Graph has another name.
            $held = @(Get-ManagementRoleAssignment -Role $Role -ErrorAction Stop | Where-Object { "$($_.Name)" -eq $Name -or ($target -eq $Scope -and "$($_.CustomResourceScope)" -eq $Scope) })
            if ($held.Count -gt 0) {
                if (@("$($held[0].CustomResourceScope)", "$($held[0].RecipientAdministrativeUnitScope)") -notcontains $target) { throw "The assignment $Name has another scope: $($held[0].CustomResourceScope)$($held[0].RecipientAdministrativeUnitScope). Run the script limit-application-undo, then this one again." }
                if ("$($held[0].Enabled)" -ne 'False') { Add-Result $Name 'role assignment' 'same' }
                elseif (Test-Go $Name 'role assignment' @{ Enabled = 'False' } @{ Enabled = 'True' }) {
                    Set-ManagementRoleAssignment -Identity "$($held[0].Name)" -Enabled $true -Confirm:$false -ErrorAction Stop
                    Add-Result $Name 'role assignment' 'changed' '' @{ Enabled = 'False' } @{ Enabled = 'True' }
                }
            }
            elseif (Test-Go $Name 'role assignment' @{} @{ Role = $Role; Scope = $target }) {
                $null = New-ManagementRoleAssignment -Name $Name -App $ObjectId -Role $Role @Where -Confirm:$false -ErrorAction Stop
                Add-Result $Name 'role assignment' 'changed' '' @{} @{ Role = $Role; Scope = $target }
            }
        }
    }
    foreach ($role in $Roles) {
        $name = $Prefix + ($role -replace '^Application ', '')
        Set-Assignment $name $role @{ CustomResourceScope = $Scope }
        if ($Unit) { Set-Assignment "$name people" $role @{ RecipientAdministrativeUnitScope = $Unit } }
        else {
            # The unit of an earlier run would give the application access that it must no longer have.
            Invoke-Item "$name people" 'no role assignment' {
                if (@(Get-ManagementRoleAssignment -Role $role -ErrorAction Stop | Where-Object { "$($_.Name)" -eq "$name people" }).Count -gt 0 -and (Test-Go "$name people" 'no role assignment')) {
                    Remove-ManagementRoleAssignment -Identity "$name people" -Confirm:$false -ErrorAction Stop
                    Add-Result "$name people" 'no role assignment' 'changed'
                }
            }
        }
    }

    # Test-Reach asks Exchange what the application may do in one mailbox. It does not see
    # grants in Entra ID, and it sees a new scope immediately.
    function Test-Reach {
        param([string]$Mailbox, [bool]$Inside)
        $action = 'out of scope'
        if ($Inside) { $action = 'in scope' }
        foreach ($role in $Roles) {
            Invoke-Item $Mailbox $action {
                $rows = @(Test-ServicePrincipalAuthorization -Identity $AppId -Resource $Mailbox -Confirm:$false -ErrorAction Stop | Where-Object { "$($_.RoleName)" -eq $role })
                $is = @($rows | Where-Object { "$($_.InScope)" -eq 'True' }).Count -gt 0
                $after = @{ Role = $role; InScope = "$is" }
                if ($rows.Count -eq 0 -and $Inside) { throw "The application does not have $role." }
                if ($is -ne $Inside) { Add-Result $Mailbox $action 'failed' "InScope is $is for $role." @{} $after }
                else { Add-Result $Mailbox $action 'same' '' @{} $after }
            }
        }
    }
    $Inside = @('room0@contoso.com', 'room1@contoso.com', 'room2@contoso.com')
    $Outside = @('ceo@contoso.com')
    # Get-Some returns three mailboxes of a kind that a filter finds.
    function Get-Some {
        param([string]$Kind, [string]$Filter)
        return @(Invoke-Again { Get-EXORecipient -Filter "(RecipientTypeDetails -eq '$Kind') -and ($Filter)" -ResultSize 3 -ErrorAction Stop } | ForEach-Object { "$($_.PrimarySmtpAddress)" })
    }
    # Test-Limit tests the named mailboxes, and rooms and people that Exchange finds inside and
    # outside. The filter does not include the members of an administrative unit, so no other
    # mailbox is then assumed to be outside.
    function Test-Limit {
        $in = $Inside
        $out = $Outside
        try {
            $filter = "$(@(Invoke-Again { Get-ManagementScope -ErrorAction Stop } | Where-Object { "$($_.Name)" -eq $Scope })[0].RecipientFilter)"
            $units = @(Invoke-Again { Get-ManagementRoleAssignment -Role $Roles[0] -ErrorAction Stop } | Where-Object { "$($_.Name)" -like "$Prefix* people" })
            if ($filter) {
                foreach ($kind in @('RoomMailbox', 'UserMailbox')) {
                    $in += Get-Some $kind $filter
                    if ($units.Count -eq 0) { $out += Get-Some $kind "-not ($filter)" }
                }
            }
        }
        catch { Write-Host "Only the named mailboxes are tested: $(Get-Words (Get-Text $_))" }
        foreach ($mailbox in @($in | Sort-Object -Unique)) { Test-Reach $mailbox $true }
        foreach ($mailbox in @($out | Sort-Object -Unique | Where-Object { $in -notcontains $_ })) { Test-Reach $mailbox $false }
    }

    if ($Preview) {
        foreach ($mailbox in $Inside) { Add-Result $mailbox 'in scope' 'skipped' 'What if: tested after the change.' }
        foreach ($mailbox in $Outside) { Add-Result $mailbox 'out of scope' 'skipped' 'What if: tested after the change.' }
    }
    else { Test-Limit }

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
