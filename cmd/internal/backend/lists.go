package backend

import (
	"context"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/session"
	"github.com/roomkey/roomkey/core/task"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/page"
)

func noCheck() error {
	return problem.New(codeCheckNone, words.T("Nothing was checked yet.")).Fix(words.T("Press “Test the connection” on the page Prove."))
}

func failed[T any](err error) tenant.Listing[T] {
	return tenant.Listing[T]{Problem: problem.Of(err)}
}

// Rooms, RoomLists, RoomsOf, People and Groups preview the tenant.
func (b *Backend) Rooms(ctx context.Context, id string, each func([]tenant.Room)) tenant.Listing[tenant.Room] {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.Room](err)
	}
	l := s.Rooms(ctx, each)
	session.SortRooms(l.Items)
	return l
}

// RoomLists lists the room lists.
func (b *Backend) RoomLists(ctx context.Context, id string) tenant.Listing[tenant.RoomList] {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.RoomList](err)
	}
	return s.RoomLists(ctx)
}

// RoomsOf lists the rooms of one room list.
func (b *Backend) RoomsOf(ctx context.Context, id, listAddress string) tenant.Listing[tenant.Room] {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.Room](err)
	}
	return s.RoomsOf(ctx, listAddress)
}

// People lists the people.
func (b *Backend) People(ctx context.Context, id string, each func([]tenant.Person)) tenant.Listing[tenant.Person] {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.Person](err)
	}
	return s.People(ctx, each)
}

// Groups lists the groups.
func (b *Backend) Groups(ctx context.Context, id string, each func([]tenant.Group)) tenant.Listing[tenant.Group] {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.Group](err)
	}
	return s.Groups(ctx, each)
}

// ImportRooms reads rooms from a file.
func (b *Backend) ImportRooms(ctx context.Context, id string, data []byte, _ string) (tenant.Listing[tenant.Room], []*problem.Problem) {
	s, err := b.session(ctx, id)
	if err != nil {
		return failed[tenant.Room](err), nil
	}
	return s.ImportRooms(data)
}

// Discover finds a tenant in a cloud.
func (b *Backend) Discover(ctx context.Context, cloudID, typed string) (connection.Tenant, error) {
	return b.env.Found(ctx, cloudID, typed)
}

// DiscoverElsewhere asks the other clouds.
func (b *Backend) DiscoverElsewhere(ctx context.Context, exceptCloudID, typed string, report task.Report) (string, connection.Tenant, error) {
	return b.env.FoundElsewhere(ctx, exceptCloudID, typed, report)
}

// SecretState asks the keychain.
func (b *Backend) SecretState(ctx context.Context, id string, kind vault.Kind) (page.SecretState, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.SecretState{}, err
	}
	state, err := s.SecretState(ctx, kind)
	return shownSecret(state), err
}

func shownSecret(s session.SecretState) page.SecretState {
	out := page.SecretState{Stored: s.Stored, Fingerprint: s.Fingerprint, Expires: s.Expires}
	if s.Thumbprint != "" {
		out.Detail = s.Subject + " " + s.Thumbprint
	}
	return out
}

// SetSecret lints and stores.
func (b *Backend) SetSecret(ctx context.Context, id string, kind vault.Kind, secret, password vault.Secret) (page.SecretState, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return page.SecretState{}, err
	}
	state, err := s.SetSecret(ctx, kind, secret, password)
	return shownSecret(state), err
}

// ForgetSecret removes a secret.
func (b *Backend) ForgetSecret(ctx context.Context, id string, kind vault.Kind) error {
	s, err := b.session(ctx, id)
	if err != nil {
		return err
	}
	return s.ForgetSecret(ctx, kind)
}

// Reveal is the way to the clipboard.
func (b *Backend) Reveal(ctx context.Context, id string, kind vault.Kind) (vault.Secret, error) {
	s, err := b.session(ctx, id)
	if err != nil {
		return vault.Secret{}, err
	}
	return s.Secret(ctx, kind)
}
