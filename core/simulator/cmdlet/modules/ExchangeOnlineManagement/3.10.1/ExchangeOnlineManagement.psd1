@{
    RootModule = 'ExchangeOnlineManagement.psm1'
    ModuleVersion = '3.10.1'
    GUID = '7d0c1a5e-0000-4000-8000-000000000001'
    Description = 'A stand-in for tests: not the module of this name by Microsoft.'
    FunctionsToExport = '*'
}
