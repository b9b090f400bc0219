package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/simulator"
)

// TestKilledAmend kills roomkeyctl exchange apply (SIGKILL) after each change that
// Microsoft has answered. One more run ends as an undisturbed one does, with nothing
// twice, and undo takes all of it back.
func TestKilledAmend(t *testing.T) {
	folder := t.TempDir()
	sim, err := simulator.Start(t.Context(), simulator.Options{Dir: folder, Rooms: 3, Users: 3, Latency: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	p := &pusher{t: t, sim: sim, home: t.TempDir()}
	entry, err := wire.CloudsYAML(sim.Cloud())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.home, "clouds.yaml"), []byte(entry), 0o600); err != nil {
		t.Fatal(err)
	}
	room := sim.Account().RoomAddress
	table := filepath.Join(t.TempDir(), "rooms.csv")
	if err := os.WriteFile(table, []byte("Address,Building,FloorLabel\n"+room+",Pier 4,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.must("connection", "new", "Lab", "--cloud", "simulated", "--tenant", sim.Account().Domain, "--product", "flexo", "--client-id", sim.Account().ClientID, "--server", "https://booking.contoso.example")
	p.must("rooms", "select", room)
	apply := []string{"exchange", "apply", "places-buildings", "--set", "table=@" + table, "--yes"}
	// writes are the changes that Graph has answered.
	writes := func() (n int) {
		for _, r := range sim.Requests() {
			if r.Method != http.MethodGet && strings.Contains(r.Path, "/places") {
				n++
			}
		}
		return n
	}
	// holds are the buildings and floors, and whether the room is on one.
	holds := func() (spaces int, onFloor bool) {
		var kept struct {
			Exchange struct {
				Spaces []struct{ Name string }
				Places map[string]map[string]any
			}
		}
		data, err := os.ReadFile(filepath.Join(folder, "tenant.json"))
		if err == nil {
			err = json.Unmarshal(data, &kept)
		}
		if err != nil {
			t.Fatal(err)
		}
		return len(kept.Exchange.Spaces), kept.Exchange.Places[room]["parentId"] != nil
	}
	for at := 1; at <= 3; at++ {
		before := writes()
		cmd := p.command(apply...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for killed := false; !killed; {
			select {
			case err := <-ended:
				t.Fatalf("write %d: it ended before it was killed: %v", at, err)
			case <-time.After(time.Millisecond):
			}
			if killed = writes()-before >= at; killed {
				_ = cmd.Process.Kill()
				<-ended
			}
		}
		p.must(apply...)
		if spaces, on := holds(); spaces != 2 || !on {
			t.Errorf("killed after write %d, and run again: %d buildings and floors, the room on one: %v", at, spaces, on)
		}
		if again := writes(); again-before > 4 {
			t.Errorf("killed after write %d: %d writes", at, again-before)
		}
		p.must("exchange", "undo", "places-buildings", "--yes")
		if spaces, on := holds(); spaces != 0 || on {
			t.Errorf("killed after write %d, and undone: %d buildings and floors, the room on one: %v", at, spaces, on)
		}
	}
}
