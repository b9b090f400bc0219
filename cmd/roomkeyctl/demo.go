package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/words"
)

func newDemo(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "demo", Short: "Run the whole main job on a simulated tenant", Args: cobra.NoArgs,
		Long: "Starts a simulated tenant and booking server on this computer and does the whole main " +
			"job over real TLS: describe, choose, prove, write the script, hand over and read back. " +
			"Secrets stay in memory. The exit status is 0 only if the server has exactly the " +
			"configuration that was created.",
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "roomkey-demo-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			env, err := a.wired(wire.Options{ConfigDir: dir, Vault: "memory", Simulation: true})
			if err != nil {
				return err
			}
			a.env = env
			sim, err := wire.Simulate(c.Context(), env, dir, simulator.Options{})
			if err != nil {
				return err
			}
			defer sim.Close()
			d := demonstration{a, env, sim}
			cfg, err := d.play(c.Context())
			if err != nil {
				return err
			}
			return a.show(cfg, func(w io.Writer) {
				fmt.Fprintln(w)
				printLine(w, "Done. The booking server has exactly the configuration that was created.")
			})
		},
	}
}

// demonstration plays the main job.
type demonstration struct {
	*app
	env *session.Environment
	sim *simulator.Simulator
}

func (d demonstration) step(key words.Key, args ...any) {
	d.say("\n── %s", words.T(key, args...))
}

// say narrates where the results go, so that both stay in order; with JSON,
// standard output holds the result alone.
func (d demonstration) say(key words.Key, args ...any) {
	if d.json {
		d.app.say(key, args...)
		return
	}
	printLine(d.out, key, args...)
}

func (d demonstration) play(ctx context.Context) (booking.Configuration, error) {
	var none booking.Configuration
	row := d.sim.Cloud()
	d.step("A simulated tenant runs at %s and a booking server at %s, over TLS with their own certificate authority.", row.Authority, d.sim.BookingURL())

	d.step("1. Describe the connection: cloud, tenant, product, client ID and server. Its secrets are kept in memory.")
	s, err := wire.ConnectSimulated(ctx, d.env, d.sim, wire.SimulatedName)
	if err != nil {
		return none, err
	}
	defer s.Close()
	if err := s.Discover(ctx); err != nil {
		return none, err
	}
	c := s.Document()
	d.say("%s is tenant %s in the cloud %s.", c.Tenant.Domain, c.Tenant.ID, row.Name)

	d.step("2. Preview what the booking server will see.")
	rooms := s.Rooms(ctx, nil)
	if rooms.Problem != nil {
		return none, rooms.Problem
	}
	people := s.People(ctx, nil)
	if people.Problem != nil {
		return none, people.Problem
	}
	session.SortRooms(rooms.Items)
	d.say("%s and %s, read with the application's own token.",
		words.N(len(rooms.Items), "%d room", "%d rooms", len(rooms.Items)), words.N(len(people.Items), "%d person", "%d people", len(people.Items)))
	for _, r := range rooms.Items[:min(3, len(rooms.Items))] {
		d.say("   %s <%s> %s", problem.Line(r.DisplayName), r.EmailAddress, session.Where(r))
	}

	d.step("3. Choose three rooms.")
	var chosen []string
	for _, r := range rooms.Items[:min(3, len(rooms.Items))] {
		chosen = append(chosen, r.EmailAddress)
	}
	if err := s.SelectRooms(ctx, false, chosen); err != nil {
		return none, err
	}

	d.step("4. Prove that it works, each claim with a real call.")
	run, err := s.Check(ctx, check.Options{}, func(f check.Finding) {
		if !d.json {
			printFinding(d.out, f)
		}
	}, nil)
	if err != nil {
		return none, err
	}
	if !d.json {
		printRun(d.out, run)
	}
	if run.Verdict != check.Passed && run.Verdict != check.Warned {
		return none, verdictStatus(run)
	}

	d.step("5. The PowerShell for exactly these rooms.")
	target, err := s.ScriptTarget(ctx)
	if err != nil {
		return none, err
	}
	doc, err := exchange.Generate("calendar-processing", target, nil)
	if err != nil {
		return none, err
	}
	for _, explained := range doc.Explain {
		d.say("   %s", explained)
	}
	d.say("   %s has %d lines. To see it: %s", doc.File, bytes.Count(doc.Text, []byte("\n")), "roomkeyctl script show calendar-processing")

	d.step("6. Hand over: show what would change, confirm the server's key, then push.")
	accept := run.Verdict == check.Warned
	plan, err := s.Plan(ctx, accept)
	if err != nil {
		return none, err
	}
	if !d.json {
		printPlan(d.out, plan)
	}
	if plan.Gate != nil {
		return none, plan.Gate
	}
	d.say("The simulated administrator compares the key with the one in the server's console, and confirms it.")
	if err := s.Confirm(ctx, plan.Confirmations); err != nil {
		return none, err
	}
	if _, err := s.Push(ctx, plan, accept, nil); err != nil {
		return none, err
	}

	d.step("7. Read back what the server has now, and whether it works.")
	held, err := s.ServerState(ctx)
	if err != nil {
		return none, err
	}
	if !d.json {
		printServerState(d.out, held)
	}
	if held.Current.Configuration == nil {
		return none, fmt.Errorf("the server holds nothing after the push")
	}
	if changes := booking.Changes(held.Current.Configuration, plan.Configuration); len(changes) > 0 {
		return none, fmt.Errorf("the server holds something else than what was made: %s", changes[0].Path)
	}
	if held.Status.State != booking.StatusOK {
		return none, fmt.Errorf("the server's own view is %q", held.Status.State)
	}
	return *held.Current.Configuration, nil
}
