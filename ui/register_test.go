package ui

import (
	"testing"

	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/ui/internal/fake"
)

// planned has signed in and reads the plan.
func planned(t *testing.T, r *fake.Registering) *person {
	t.Helper()
	p := sitWith(t, r.Backend, r)
	p.press("Try it")
	p.goes(setup.Register)
	p.press("Sign in with the browser…")
	p.sees("Consent given to it outlives this sign-in")
	p.press("Continue to the sign-in")
	p.sees("Ada Admin")
	p.sees("Nothing was changed yet.")
	p.sees("Privileged Role Administrator")
	return p
}

func TestRegisterSaysWhatItSignsInTo(t *testing.T) {
	r := &fake.Registering{Backend: fake.New()}
	p := planned(t, r)
	p.press("Apply the plan")
	if r.Applied != 0 {
		t.Fatal("applied before the further consent was disclosed")
	}
	p.press("Continue to the sign-in")
	if r.Applied != 1 {
		t.Fatalf("applied %d times", r.Applied)
	}
	p.sees("a fresh token proved its credential and permissions")
}

func TestRegisterWithoutConsentIsNotDone(t *testing.T) {
	r := &fake.Registering{Backend: fake.New(), NoConsent: true}
	p := planned(t, r)
	p.press("Apply the plan")
	p.press("Continue to the sign-in")
	p.sees("Microsoft refused the consent.")
	p.missesOut("a fresh token proved")
}

func TestAStalePlanIsShownAgain(t *testing.T) {
	r := &fake.Registering{Backend: fake.New(), Stale: true}
	p := planned(t, r)
	p.press("Apply the plan")
	p.press("Continue to the sign-in")
	p.sees("Somebody changed the tenant since the plan was made.")
	p.sees("Nothing was changed yet.")
	if r.Applied != 0 {
		t.Error("a stale plan was applied")
	}
	p.press("Apply the plan")
	if r.Applied != 1 {
		t.Error("the new plan cannot be applied")
	}
}

func TestUndoWantsTheName(t *testing.T) {
	r := &fake.Registering{Backend: fake.New()}
	p := planned(t, r)
	p.press("Undo…")
	p.press("Undo")
	p.sees("This is not the application's name.")
	p.press("Undo…")
	p.field("Type the application's name to confirm").SetValue("Room booking")
	p.press("Undo")
	if r.Undone != 1 {
		t.Errorf("undone %d times", r.Undone)
	}
}
