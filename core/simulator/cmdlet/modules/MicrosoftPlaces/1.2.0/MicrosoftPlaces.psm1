# A stand-in for Microsoft's module of this name; see the one of Exchange.
. "$PSScriptRoot/../../Organization.ps1"

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
