package simulator

import (
	"context"
	"net/http"
)

var applicationRoutes, principalRoutes, grantRoutes, subscriptionRoutes []route

type subscription struct{ ID string }

func (s *Simulator) notify(address, event, change string)                             {}
func (s *Simulator) serveBatch(w http.ResponseWriter, r *http.Request, token *claims) {}
func (s *Simulator) probe(ctx context.Context, tenant, client, secret string) error   { return nil }
func (c *call) getSchedule() (reply, error)                                           { return noContent() }
