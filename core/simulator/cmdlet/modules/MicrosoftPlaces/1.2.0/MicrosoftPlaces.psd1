@{
    RootModule = 'MicrosoftPlaces.psm1'
    ModuleVersion = '1.2.0'
    GUID = '7d0c1a5e-0000-4000-8000-000000000002'
    Description = 'A stand-in for tests: not the module of this name by Microsoft.'
    FunctionsToExport = '*'
}
