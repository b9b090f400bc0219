package setup

import (
	"testing"
	"time"
)

func TestSteps(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ready := Known{TenantFound: true, ClientID: true, Credential: Present, ServerToken: Present, Now: now}
	with := func(change func(*Known)) Known {
		k := ready
		change(&k)
		return k
	}
	tests := []struct {
		name  string
		known Known
		want  [6]State
	}{
		{"nothing known", Known{Now: now}, [6]State{Ready, Blocked, Blocked, Blocked, Blocked, Blocked}},
		{"lint found something", Known{FieldProblems: 2, Now: now}, [6]State{Attention, Blocked, Blocked, Blocked, Blocked, Blocked}},
		{"tenant found", Known{TenantFound: true, Now: now}, [6]State{Done, Ready, Blocked, Ready, Blocked, Blocked}},
		{"no credential", Known{TenantFound: true, ClientID: true, Credential: Absent, Now: now}, [6]State{Done, Attention, Blocked, Ready, Blocked, Blocked}},
		{"keychain silent is not a credential", Known{TenantFound: true, ClientID: true, Now: now}, [6]State{Done, Attention, Blocked, Ready, Blocked, Blocked}},
		{"application usable", ready, [6]State{Done, Done, Ready, Ready, Blocked, Blocked}},
		{"credential expires soon", with(func(k *Known) { k.CredentialExpires = now.Add(59 * 24 * time.Hour) }), [6]State{Done, Attention, Ready, Ready, Blocked, Blocked}},
		{"credential lives long", with(func(k *Known) { k.CredentialExpires = now.Add(61 * 24 * time.Hour) }), [6]State{Done, Done, Ready, Ready, Blocked, Blocked}},
		{"passed on this configuration", with(func(k *Known) { k.Verdict, k.Current, k.RoomsChosen, k.RoomsCount = "pass", true, true, 3 }), [6]State{Done, Done, Done, Done, Ready, Ready}},
		{"passed on another configuration", with(func(k *Known) { k.Verdict, k.RoomsChosen, k.RoomsCount = "pass", true, 3 }), [6]State{Done, Done, Attention, Done, Ready, Blocked}},
		{"failed", with(func(k *Known) { k.Verdict, k.Current, k.RoomsChosen, k.RoomsCount = "fail", true, true, -1 }), [6]State{Done, Done, Attention, Done, Ready, Blocked}},
		{"incomplete is never green", with(func(k *Known) { k.Verdict, k.Current, k.RoomsChosen = "incomplete", true, true }), [6]State{Done, Done, Attention, Attention, Ready, Blocked}},
		{"pushed", with(func(k *Known) {
			k.Verdict, k.Current, k.RoomsChosen, k.RoomsCount, k.ScriptRooms, k.Pushed = "pass", true, true, 3, 3, true
		}), [6]State{Done, Done, Done, Done, Done, Done}},
		{"a script that stopped early is never green", with(func(k *Known) {
			k.RoomsChosen, k.RoomsCount, k.ScriptRooms, k.ScriptPartial = true, 3, 3, true
		}), [6]State{Done, Done, Ready, Done, Attention, Blocked}},
		{"a room was chosen after the script ran", with(func(k *Known) {
			k.RoomsChosen, k.RoomsCount, k.ScriptRooms, k.ScriptMissing = true, 4, 3, 1
		}), [6]State{Done, Done, Ready, Done, Attention, Blocked}},
		{"no rooms known of a product that lists none", with(func(k *Known) { k.RoomsChosen = true }), [6]State{Done, Done, Ready, Attention, Ready, Blocked}},
		{"all rooms of a connection that is empty", Known{RoomsChosen: true, RoomsCount: -1, Now: now}, [6]State{Ready, Blocked, Blocked, Blocked, Blocked, Blocked}},
		{"push cut off", with(func(k *Known) {
			k.Verdict, k.Current, k.RoomsChosen, k.RoomsCount, k.PushUnknown = "pass", true, true, 3, true
		}), [6]State{Done, Done, Done, Done, Ready, Attention}},
		{"running", with(func(k *Known) { k.Running = Prove }), [6]State{Done, Done, Running, Ready, Blocked, Blocked}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			steps := Steps(tt.known)
			if len(steps) != 6 {
				t.Fatalf("%d steps", len(steps))
			}
			for i, s := range steps {
				if s.State != tt.want[i] {
					t.Errorf("%s is %s (%s), want %s", s.ID, s.State, s.Reason, tt.want[i])
				}
				if s.Reason.IsZero() {
					t.Errorf("%s gives no reason", s.ID)
				}
			}
		})
	}
}
