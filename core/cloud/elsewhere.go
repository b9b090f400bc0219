package cloud

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// patience is how long one cloud may take to answer when several are asked:
// some networks let nothing through to other countries' clouds.
const patience = 15 * time.Second

// DiscoverElsewhere asks one cloud after the other which of them has the
// tenant, and stops at the first that does. Every cloud that is asked learns the
// tenant's name: call it only after the administrator said yes. A sign-in that
// several clouds share is asked once, and the Graph host tells which of them it
// is. Errors are problems: cloud.tenant-unknown when every cloud answered and
// none has it, cloud.search-incomplete when one could not be asked,
// cloud.ambiguous, cloud.tenant-personal, and cancellation.
func DiscoverElsewhere(ctx context.Context, client func(Cloud) (*http.Client, error), clouds []Cloud, tenant string) (Cloud, Discovery, error) {
	asked := map[string]bool{}
	var unreached []string
	var first error
	for _, c := range clouds {
		if asked[c.Authority] {
			continue
		}
		asked[c.Authority] = true
		found, d, err := inCloud(ctx, client, c, clouds, tenant)
		switch code := problem.CodeOf(err); {
		case err == nil || code == codeAmbiguous || code == CodeTenantPersonal:
			return found, d, err
		case ctx.Err() != nil:
			return Cloud{}, Discovery{}, problem.Of(ctx.Err())
		case code == CodeTenantUnknown || code == CodeWrongCloud:
		default:
			unreached = append(unreached, c.Name)
			if first == nil {
				first = err
			}
		}
	}
	if len(unreached) > 0 {
		return Cloud{}, Discovery{}, problem.New(codeSearchIncomplete, words.T("The tenant %s was not found, but not every cloud answered.", tenant)).
			With(words.T("No valid response from: %s. First error: %s", strings.Join(unreached, ", "), problem.Of(first).Title)).
			Fix(words.T("Choose the cloud yourself if you know it, or try again from a network that lets this computer reach them.")).By(first)
	}
	return Cloud{}, Discovery{}, problem.New(CodeTenantUnknown, words.T("None of the clouds knows the tenant %s.", tenant)).
		Fix(words.T("Check the spelling of the domain, or use the Tenant ID from the Microsoft Entra admin center: Entra ID > Overview."))
}

func inCloud(ctx context.Context, client func(Cloud) (*http.Client, error), c Cloud, clouds []Cloud, tenant string) (Cloud, Discovery, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	using, err := client(c)
	if err != nil {
		return Cloud{}, Discovery{}, err
	}
	m, seen, err := ask(ctx, using, c, tenant)
	if err != nil {
		return Cloud{}, Discovery{}, err
	}
	found, ok := m.home(clouds)
	if !ok {
		return Cloud{}, Discovery{}, wrongCloud(c, Cloud{}, m, tenant)
	}
	if twins := slices.DeleteFunc(slices.Clone(clouds), func(o Cloud) bool { return !m.fits(o) }); len(twins) > 1 {
		return Cloud{}, Discovery{}, problem.New(codeAmbiguous, words.T("The tenant %s is in %s or in %s. Its sign-in does not say which.", tenant, twins[0].Name, twins[1].Name)).
			Fix(words.T("Choose the cloud that your contract with Microsoft names."))
	}
	return found, m.discovery(tenant, seen), nil
}
