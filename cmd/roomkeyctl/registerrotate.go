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
		Use: "rotate", Short: "Make a new credential beside the old one, and remove the old one only when the new one is proven", Args: cobra.NoArgs,
		Long: "Makes a new credential, proves it and puts it into the keychain. The old one keeps " +
			"working. With --push the configuration is checked and pushed, and the old one is " +
			"removed once the booking server has proven the new one. Without it: check, push, " +
			"then rotate --finish, or --finish --confirmed where the server cannot prove it " +
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
			var r register.Rotation
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
				if r, err = s.FinishRotation(c.Context(), how.confirmed); err != nil {
					return err
				}
			}
			return a.show(r, func(w io.Writer) { printRotation(w, r, how.finish || how.push, a.kept()) })
		},
	}
	f.register(c)
	noteFlags(c, &o)
	credentialFlags(c, &o, "`kind` of credential: secret or certificate (default: that of the old one)")
	flags := c.Flags()
	flags.BoolVar(&how.push, "push", false, "check, push to the booking server, and finish when it has proven the new credential")
	flags.BoolVar(&how.finish, "finish", false, "remove the old credential")
	flags.BoolVar(&how.confirmed, "confirmed", false, "I have seen that the booking server works with the new credential")
	flags.BoolVar(&how.accept, "accept-warnings", false, "push although the check has warnings")
	flags.StringSliceVar(&how.confirm, "confirm", nil, "`value` that the server said of itself and that you have compared")
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
		a.say("The old credential still works at the booking server; nothing was pushed.")
		return verdictStatus(run)
	}
	plan, err := s.Plan(ctx, how.accept)
	if err != nil {
		return err
	}
	_, err = a.push(ctx, s, plan, how.accept, how.confirm)
	return err
}

func printRotation(w io.Writer, r register.Rotation, finished bool, kept string) {
	switch {
	case finished && r.OldKeyID == "":
		fmt.Fprintln(w, "The new credential is in use. The old one is not known here: look for it under Certificates & secrets.")
	case finished:
		fmt.Fprintf(w, "The old credential %s was removed.\n", r.OldKeyID)
	default:
		fmt.Fprintf(w, "The new credential %s is proven and %s; it ends on %s. The old one still works.\nNow: roomkeyctl check, roomkeyctl push, roomkeyctl register rotate --finish\n", r.NewKeyID, kept, r.Expires.Format("2006-01-02"))
	}
}

func registerCertificate(a *app) *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "certificate", Short: "Export the public part of the certificate (PEM)", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			defer s.Close()
			public, err := s.PublicCertificate(c.Context())
			if err != nil {
				return err
			}
			if file != "" {
				return a.write(file, public)
			}
			return a.show(map[string]string{"certificate": string(public)}, func(w io.Writer) { fmt.Fprint(w, string(public)) })
		},
	}
	c.Flags().StringVar(&file, "out", "", "`file` for the certificate")
	return c
}
