package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/register"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/words"
)

// rotation are the flags of register rotate.
type rotation struct {
	push, finish, confirmed, accept bool
	confirm                         []string
}

func registerRotate(a *app) *cobra.Command {
	var f signInFlags
	var o register.Options
	var how rotation
	c := &cobra.Command{
		Use: "rotate", Short: "Replace the credential, and remove the old one only when the new one is proven", Args: cobra.NoArgs,
		Long: "Creates a new credential, proves it and puts it into the keychain. The old one keeps " +
			"working. With --push the configuration is checked and pushed, and the old one is " +
			"removed once the booking server has proven the new one. Without it: check, push, " +
			"then rotate --finish, or --finish --confirmed if the server cannot prove it " +
			"and you have seen that it works. Any failure leaves the old one working.",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkPlanFlags(o); err != nil {
				return err
			}
			s, err := a.registered(c.Context(), f, true, entra.ScopesApply)
			if err != nil {
				return err
			}
			defer s.Close()
			var r session.Rotated
			if !how.finish {
				a.warnOfMemory()
				if r, err = s.Rotate(c.Context(), o, a.progress()); err != nil {
					return err
				}
			}
			if how.push {
				if err := a.pushRotated(c.Context(), s, how); err != nil {
					return err
				}
			}
			if how.finish || how.push {
				if r.Rotation, err = s.FinishRotation(c.Context(), how.confirmed); err != nil {
					return err
				}
			}
			if how.finish || how.push {
				return a.show(r.Rotation, func(w io.Writer) { printFinished(w, r.Rotation) })
			}
			if err := a.show(r, func(w io.Writer) { printRotated(w, r, a.kept()) }); err != nil {
				return err
			}
			return ending(r.Tested)
		},
	}
	f.register(c)
	noteFlags(c, &o)
	credentialFlags(c, &o, "`kind` of credential: secret or certificate (default: that of the old one)")
	flags := c.Flags()
	flags.BoolVar(&how.push, "push", false, "check, push to the booking server, and finish after it has proven the new credential")
	flags.BoolVar(&how.finish, "finish", false, "remove the old credential")
	flags.BoolVar(&how.confirmed, "confirmed", false, "confirm that you have seen the booking server work with the new credential")
	flags.BoolVar(&how.accept, "accept-warnings", false, "push even if the check has warnings")
	flags.StringSliceVar(&how.confirm, "confirm", nil, "`value` that the server gave and that you have compared")
	c.MarkFlagsMutuallyExclusive("push", "finish")
	return c
}

// pushRotated checks the configuration with the new credential and hands it to
// the booking server.
func (a *app) pushRotated(ctx context.Context, s *session.Session, how rotation) error {
	run, err := s.Check(ctx, check.Options{}, nil, a.progress())
	if err != nil {
		return err
	}
	if run.Verdict != check.Passed && run.Verdict != check.Warned {
		if !a.json {
			for _, finding := range check.Fold(run.Findings) {
				printFinding(a.err, finding)
			}
		}
		a.say("Nothing was pushed. The booking server still has the old credential.")
		return verdictStatus(run)
	}
	plan, err := s.Plan(ctx, how.accept)
	if err != nil {
		return err
	}
	_, err = a.push(ctx, s, plan, how.accept, how.confirm)
	return err
}

func printFinished(w io.Writer, r register.Rotation) {
	if r.OldKeyID == "" {
		printLine(w, "The new credential is in use. The old one is not recorded here. Look for it in the Microsoft Entra admin center under Certificates & secrets.")
		return
	}
	printLine(w, "The old credential %s was removed.", r.OldKeyID)
}

func printRotated(w io.Writer, r session.Rotated, kept words.Text) {
	printLine(w, "The new credential %s is proven. It is %s and expires on %s. The old one still works.", r.NewKeyID, kept, r.Expires.Format("2006-01-02"))
	if !r.Why.IsZero() {
		printLine(w, "%s", r.Why)
	}
	printTested(w, r.Tested)
	printLine(w, "Next: %s", "roomkeyctl check, roomkeyctl push, roomkeyctl register rotate --finish")
}

func registerCertificate(a *app) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "certificate", Short: "Export the public part of the certificate (PEM)", Args: cobra.NoArgs,
		RunE: a.opened(func(c *cobra.Command, s *session.Session, _ []string) error {
			public, err := s.PublicCertificate(c.Context())
			if err != nil {
				return err
			}
			if file != "" {
				return a.write(file, public)
			}
			return a.show(map[string]string{"certificate": string(public)}, func(w io.Writer) { fmt.Fprint(w, string(public)) })
		}),
	}
	c.Flags().StringVar(&file, "out", "", "`file` for the certificate")
	return c
}
