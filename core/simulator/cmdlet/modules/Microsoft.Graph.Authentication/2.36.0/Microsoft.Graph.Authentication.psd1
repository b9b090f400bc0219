@{
    RootModule = 'Microsoft.Graph.Authentication.psm1'
    ModuleVersion = '2.36.0'
    GUID = '7d0c1a5e-0000-4000-8000-000000000003'
    Description = 'A stand-in for tests: not the module of this name by Microsoft.'
    FunctionsToExport = '*'
}
