package graph

import (
	"context"
	"sync"

	"github.com/roomkey/roomkey/core/vault"
)

// renewal gets another token for one that Graph does not take any longer, though
// it has not expired: it was withdrawn, or a permission has changed. A token that
// came this way and is refused as well is refused for a reason.
type renewal struct {
	get func(context.Context) (vault.Secret, error)

	mu sync.Mutex
	// refused was replaced by renewed; both are headers.
	refused, renewed string
}

// after is the header to send in the place of the refused one, "" for none.
// Requests that are on their way with the same token share the new one.
func (n *renewal) after(ctx context.Context, refused string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.get == nil || refused == n.renewed:
		return "", nil
	case refused == n.refused:
		return n.renewed, nil
	}
	token, err := n.get(ctx)
	if err != nil {
		return "", err
	}
	n.refused, n.renewed = refused, "Bearer "+token.Reveal()
	return n.renewed, nil
}
