package simulator

import (
	"fmt"
	"testing"

	"github.com/roomkey/roomkey/core/simulator/tenant"
)

// BenchmarkStart is a tenant of the largest size, ready to answer.
func BenchmarkStart(b *testing.B) {
	for i := 0; b.Loop(); i++ {
		s, err := Start(b.Context(), Options{Rooms: tenant.MaxRooms, Users: tenant.MaxUsers, Seed: uint64(i)})
		if err != nil {
			b.Fatal(err)
		}
		if s.BookingURL() == "" {
			b.Fatal(fmt.Errorf("there is no booking server"))
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
