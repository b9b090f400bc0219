package register

import (
	"context"
	"encoding/json"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// File is the plan as a file that a second person reviews and ReadPlan reads.
func (p Plan) File() ([]byte, error) {
	data, err := json.MarshalIndent(p, "", "  ")
	return append(data, '\n'), err
}

// ReadPlan reads what File wrote; name is that of the file, for the message.
func ReadPlan(data []byte, name string) (Plan, error) {
	var p Plan
	if err := json.Unmarshal(data, &p); err != nil || p.Digest == "" {
		return p, problem.New(CodeNoPlan, words.T("%s is not a Roomkey plan.", name)).
			Fix(words.T("Choose the file that \"Save the plan for review\" or roomkeyctl register plan --out wrote.")).By(err)
	}
	if len(p.Options.Logo) > 0 {
		if wrong := CheckLogo(p.Options.Logo); wrong != nil {
			return p, wrong
		}
	}
	return p, nil
}

// MakeReviewed makes the plan of now with the choices of a reviewed one. It is
// "register.stale", with what is different, when Apply would refuse the
// reviewed one. It changes nothing.
func MakeReviewed(ctx context.Context, in Input, reviewed Plan) (Plan, error) {
	in.Options = reviewed.Options
	j, err := in.readJournal()
	if err != nil {
		return Plan{}, err
	}
	now, err := MakePlan(ctx, in)
	if err != nil {
		return now, err
	}
	return now, agree(reviewed, now, j)
}
