package vault

import "github.com/roomkey/roomkey/core/problem"

// The codes of this package's problems.
var (
	CodeAbsent                 = problem.Declare("vault.absent", problem.SignInNeeded)
	codeCertificateBits        = problem.Declare("vault.certificate-bits", problem.WrongInput)
	codeCertificateCostly      = problem.Declare("vault.certificate-costly", problem.WrongInput)
	CodeCertificateEncrypted   = problem.Declare("vault.certificate-encrypted", problem.WrongInput)
	CodeCertificateExpired     = problem.Declare("vault.certificate-expired", problem.WrongInput)
	codeCertificateLife        = problem.Declare("vault.certificate-life", problem.WrongInput)
	codeCertificateMismatch    = problem.Declare("vault.certificate-mismatch", problem.WrongInput)
	codeCertificateNotRSA      = problem.Declare("vault.certificate-not-rsa", problem.WrongInput)
	codeCertificateNotYetValid = problem.Declare("vault.certificate-not-yet-valid", problem.WrongInput)
	CodeCertificatePassword    = problem.Declare("vault.certificate-password", problem.WrongInput)
	codeCertificateUnreadable  = problem.Declare("vault.certificate-unreadable", problem.WrongInput)
	codeCertificateWeak        = problem.Declare("vault.certificate-weak", problem.WrongInput)
	codeCertificateWithoutKey  = problem.Declare("vault.certificate-without-key", problem.WrongInput)
	CodeDamaged                = problem.Declare("vault.damaged", problem.SignInNeeded)
	codeKeyWithoutCertificate  = problem.Declare("vault.key-without-certificate", problem.WrongInput)
	CodeLocked                 = problem.Declare("vault.locked", problem.SignInNeeded)
	codeRecipient              = problem.Declare("vault.recipient", problem.WrongInput)
	CodeRefused                = problem.Declare("vault.refused", problem.Local)
	CodeUnavailable            = problem.Declare("vault.unavailable", problem.SignInNeeded)
)
