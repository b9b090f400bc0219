package connection

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	// CodeConflict is a change to a field that somebody else has changed meanwhile.
	CodeConflict            = problem.Declare("connection.conflict", problem.Stale)
	codeCloudUnknown        = problem.Declare("connection.cloud-unknown", problem.WrongInput)
	codeDamaged             = problem.Declare("connection.damaged", problem.WrongInput)
	codeDuplicate           = problem.Declare("connection.duplicate", problem.WrongInput)
	CodeEmpty               = problem.Declare("connection.empty", problem.WrongInput)
	codeFixedField          = problem.Declare("connection.fixed-field", problem.WrongInput)
	codeMistake             = problem.Declare("connection.mistake", problem.WrongInput)
	codeName                = problem.Declare("connection.name", problem.WrongInput)
	codeNewer               = problem.Declare("connection.newer", problem.WrongInput)
	codeNoField             = problem.Declare("connection.no-field", problem.WrongInput)
	CodeNotAddress          = problem.Declare("connection.not-address", problem.WrongInput)
	codeNotGUID             = problem.Declare("connection.not-guid", problem.WrongInput)
	codeNotSecret           = problem.Declare("connection.not-secret", problem.WrongInput)
	codeObjectAsClient      = problem.Declare("connection.object-as-client", problem.WrongInput)
	codeProductUnknown      = problem.Declare("connection.product-unknown", problem.WrongInput)
	codeRedirectURI         = problem.Declare("connection.redirect-uri", problem.WrongInput)
	codeSecretCharacters    = problem.Declare("connection.secret-characters", problem.WrongInput)
	codeSecretID            = problem.Declare("connection.secret-id", problem.WrongInput)
	codeSecretIsCertificate = problem.Declare("connection.secret-is-certificate", problem.WrongInput)
	codeTenantAsClient      = problem.Declare("connection.tenant-as-client", problem.WrongInput)
	codeTooLarge            = problem.Declare("connection.too-large", problem.WrongInput)
	codeUnclean             = problem.Declare("connection.unclean", problem.WrongInput)
	codeWrongURL            = problem.Declare("connection.wrong-url", problem.WrongInput)
	codeWrongValue          = problem.Declare("connection.wrong-value", problem.WrongInput)
)
