package register

import (
	"net/http"
	"slices"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// maxLogo is the size in bytes of the largest logo that Microsoft Entra ID
// takes.
const maxLogo = 100 << 10

// CheckLogo is nil for a picture that can be an application's logo, else
// "register.logo".
func CheckLogo(picture []byte) *problem.Problem {
	var reason words.Text
	switch {
	case !slices.Contains([]string{"image/png", "image/jpeg", "image/gif"}, http.DetectContentType(picture)):
		reason = words.T("This is not a PNG, JPEG or GIF file.")
	case len(picture) > maxLogo:
		reason = words.T("The image is larger than 100 KB.")
	default:
		return nil
	}
	return problem.New(CodeLogo, reason).
		Fix(words.T("Choose a PNG, JPEG or GIF of at most 100 KB."))
}
