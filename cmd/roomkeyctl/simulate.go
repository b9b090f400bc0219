package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// simulated is what simulate prints as JSON.
type simulated struct {
	Authority     string `json:"authority"`
	Graph         string `json:"graph"`
	BookingServer string `json:"bookingServer"`
	// Seatsurfing is the address of the other kind of booking server, "" where
	// none is served.
	Seatsurfing   string `json:"seatsurfing"`
	CAFile        string `json:"caFile"`
	TenantID      string `json:"tenantId"`
	Domain        string `json:"domain"`
	ClientID      string `json:"clientId"`
	Administrator string `json:"administrator"`
	Room          string `json:"room"`
	// AdministrativeUnit is the object ID of the one of those who book rooms.
	AdministrativeUnit string `json:"administrativeUnit"`
	// SealingRecipient is what the booking server's console would show, to be
	// confirmed at the first push.
	SealingRecipient string                `json:"sealingRecipient"`
	SecretFiles      map[vault.Kind]string `json:"secretFiles"`
	// Clouds is the entry for clouds.yaml, which stands in CloudsFile, too.
	Clouds     string `json:"clouds"`
	CloudsFile string `json:"cloudsFile"`
	// config is where Roomkey looks for clouds.yaml.
	config string
	Faults []string `json:"faults"`
}

func newSimulate(a *app) *cobra.Command {
	o := simulator.Options{}
	var list bool
	c := &cobra.Command{
		Use: "simulate", Short: "Run a simulated tenant and booking servers until interrupted", Args: cobra.NoArgs,
		Long: "Runs Microsoft Entra ID, Microsoft Graph, a booking server of the contract and a " +
			"Seatsurfing on this computer, over TLS with their own certificate authority, and prints " +
			"how to connect to them.",
		RunE: func(c *cobra.Command, _ []string) error {
			if list {
				return a.showFaults()
			}
			if o.Dir == "" {
				dir, err := os.MkdirTemp("", "roomkey-simulator-")
				if err != nil {
					return err
				}
				defer os.RemoveAll(dir)
				o.Dir = dir
			}
			// What is printed is read from elsewhere, and a CA file in clouds.yaml
			// counts from its own folder.
			var err error
			if o.Dir, err = filepath.Abs(o.Dir); err != nil {
				return err
			}
			debug.SetGCPercent(400) // answers are garbage at once, and who measures has the same cores
			sim, err := simulator.Start(c.Context(), o)
			if err != nil {
				return usage("The simulator cannot start: %v", err)
			}
			defer sim.Close()
			account := sim.Account()
			files, err := wire.SecretFiles(o.Dir, account)
			if err != nil {
				return err
			}
			entry, err := wire.CloudsYAML(sim.Cloud())
			if err != nil {
				return err
			}
			paths, err := wire.PathsOf(a.configDir)
			if err != nil {
				return err
			}
			cloudsFile := filepath.Join(o.Dir, "clouds.yaml")
			if err := os.WriteFile(cloudsFile, []byte(entry), 0o600); err != nil {
				return err
			}
			row := sim.Cloud()
			s := simulated{
				Authority: row.Authority, Graph: row.Graph, BookingServer: sim.BookingURL(), Seatsurfing: sim.SeatsurfingURL(), CAFile: sim.CAFile(),
				TenantID: account.TenantID, Domain: account.Domain, ClientID: account.ClientID, Administrator: account.AdminUPN,
				Room: account.RoomAddress, AdministrativeUnit: account.UnitID, SealingRecipient: account.SealingRecipient,
				SecretFiles: files, Clouds: entry, CloudsFile: cloudsFile, Faults: o.Faults, config: paths.Clouds,
			}
			if err := a.show(s, s.print); err != nil {
				return err
			}
			<-c.Context().Done()
			return nil
		},
	}
	f := c.Flags()
	f.IntVar(&o.Rooms, "rooms", simulator.DefaultRooms, "`number` of rooms")
	f.IntVar(&o.Users, "users", simulator.DefaultUsers, "`number` of users")
	f.Uint64Var(&o.Seed, "seed", 0, "`number` that decides names and IDs")
	f.StringArrayVar(&o.Faults, "fault", nil, "`name` of a fault; may be repeated; see --list-faults")
	f.DurationVar(&o.Latency, "latency", 0, "`time` that every response takes at least, such as 50ms")
	f.StringVar(&o.Dir, "dir", "", "`folder` in which the tenant and the server are kept between runs")
	f.StringVar(&o.Listen, "listen", "", "`address` of the tenant, such as 127.0.0.1:8443; the booking server uses the next port, Seatsurfing the one after")
	f.StringVar(&o.Seatsurfing, "seatsurfing", "1.125.0", "`version` of Seatsurfing; empty for none")
	f.BoolVar(&list, "list-faults", false, "list the faults and exit")
	return c
}

// shellCommands are what the printed lines begin with.
type shellCommands struct{ mkdir, copy, show string }

// shellOf gives commands that work as they are printed: in a POSIX shell, and on
// Windows in the command prompt and in PowerShell alike.
func shellOf(system string) shellCommands {
	if system == "windows" {
		return shellCommands{"mkdir", "copy", "type"}
	}
	return shellCommands{"mkdir -p", "cp", "cat"}
}

func (s simulated) print(w io.Writer) { s.printFor(w, shellOf(runtime.GOOS)) }

func (s simulated) printFor(w io.Writer, shell shellCommands) {
	printLine(w, "The simulated tenant runs until you press Ctrl+C.")
	fmt.Fprintln(w)
	for _, fact := range []struct {
		name  words.Key
		value string
	}{
		{"Sign-in", s.Authority}, {"Microsoft Graph", s.Graph}, {"Booking server", s.BookingServer}, {"Seatsurfing", cmp.Or(s.Seatsurfing, l("none"))}, {"CA file", s.CAFile},
		{"Tenant", s.Domain + " (" + s.TenantID + ")"}, {"Client ID", s.ClientID}, {"Administrator", s.Administrator},
	} {
		fmt.Fprintf(w, "  %-15s %s\n", l(fact.name), fact.value)
	}
	fmt.Fprintln(w)
	printLine(w, "Add this cloud to %s:", s.config)
	fmt.Fprintf(w, "\n%s\n", s.Clouds)
	printLine(w, "If you have no clouds.yaml yet, copy it from a file, in another terminal:")
	fmt.Fprintf(w, `
  %s "%s"
  %s "%s" "%s"

`, shell.mkdir, filepath.Dir(s.config), shell.copy, s.CloudsFile, s.config)
	printLine(w, "Then run:")
	fmt.Fprintf(w, `
  roomkeyctl connection new Lab --cloud simulated --tenant %s --product %s --client-id %s --server %s
  roomkeyctl connection set "server.caFile=%s"
  %s "%s" | roomkeyctl secret set client-secret
  %s "%s" | roomkeyctl secret set server-token
  roomkeyctl rooms list
  roomkeyctl people list
  roomkeyctl rooms select %s
  roomkeyctl check
  roomkeyctl script show calendar-processing --out calendar-processing.ps1
  roomkeyctl push --confirm %s
  roomkeyctl status
`, s.Domain, wire.SimulatedProduct, s.ClientID, s.BookingServer, s.CAFile,
		shell.show, s.SecretFiles[vault.ClientSecret], shell.show, s.SecretFiles[vault.ServerToken],
		s.Room, s.SealingRecipient)
	if s.Seatsurfing != "" {
		fmt.Fprintln(w)
		printLine(w, "Or use Seatsurfing. It chooses its redirect URI when it gets the sign-in: after the first push, which says so, the registration gets the address, and the test and the push follow once more. The registration opens the browser.")
		fmt.Fprintf(w, `
  roomkeyctl connection new Desks --cloud simulated --tenant %s --product seatsurfing --option rooms --server %s
  roomkeyctl connection set -c Desks "server.caFile=%s"
  %s "%s" | roomkeyctl secret set -c Desks server-token
  roomkeyctl register apply -c Desks --yes
  roomkeyctl rooms select -c Desks %s
  roomkeyctl check -c Desks
  roomkeyctl push -c Desks
  roomkeyctl register apply -c Desks --yes
  roomkeyctl check -c Desks
  roomkeyctl push -c Desks
  roomkeyctl status -c Desks

`, s.Domain, s.Seatsurfing, s.CAFile, shell.show, s.SecretFiles[vault.ServerToken], s.Room)
		printLine(w, "Seatsurfing cannot report whether it works. Open %s in a browser and sign in there, then confirm it:", s.Seatsurfing)
		fmt.Fprint(w, `
  roomkeyctl form -c Desks --entered
  roomkeyctl status -c Desks

`)
		printLine(w, "To remove everything again:")
		fmt.Fprint(w, `
  roomkeyctl connection remove-from-server -c Desks
  roomkeyctl register undo -c Desks
  roomkeyctl connection delete -c Desks
`)
	}
	if len(s.Faults) > 0 {
		fmt.Fprintln(w)
		printLine(w, "Faults: %s", strings.Join(s.Faults, ", "))
	}
}

func (a *app) showFaults() error {
	faults := fault.All()
	return a.show(faults, func(w io.Writer) {
		var cells [][]string
		for _, f := range faults {
			cells = append(cells, []string{f.Name, f.Title})
		}
		rows(w, []words.Key{"fault", "what happens"}, cells)
	})
}
