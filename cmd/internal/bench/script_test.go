package bench

import (
	"fmt"
	"testing"
	"time"

	"github.com/roomkey/roomkey/cmd/internal/wire"
	"github.com/roomkey/roomkey/core/cloud"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/exchange"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/tenant"
)

func BenchmarkScript(b *testing.B) {
	const few, many = 50, 5000
	small, large := scriptFor(b, few), scriptFor(b, many)
	var short, long []time.Duration
	var fewBytes, manyBytes int
	for b.Loop() {
		started := time.Now()
		fewBytes = len(generate(b, small).Text)
		short = append(short, time.Since(started))
		started = time.Now()
		manyBytes = len(generate(b, large).Text)
		long = append(long, time.Since(started))
	}
	const mayTake, mayBe = 100 * time.Millisecond, 2_000_000 // bytes
	held("script for 5,000 rooms", long, "100 ms", mayTake)
	held("the same", long, "100 times that for 50 rooms", many/few*median(short))
	size := fmt.Sprintf("%d kB", manyBytes/1000)
	row("its size", size, "2 MB", float64(manyBytes)/mayBe)
	row("the same", size, "100 times that for 50 rooms", float64(manyBytes)/float64(many/few*fewBytes))
}

func generate(b *testing.B, t exchange.Target) exchange.Document {
	d, err := exchange.Generate("calendar-processing", t, nil)
	must(b, err)
	return d
}

func scriptFor(b *testing.B, rooms int) exchange.Target {
	clouds, problems := cloud.Load("")
	products, more := product.Load("")
	if len(problems)+len(more) > 0 {
		b.Fatal(problems, more)
	}
	t := exchange.Target{Connection: connection.New("Lab"), Now: time.Now()}
	t.Connection.Tenant.ID = "11111111-2222-3333-4444-555555555555"
	t.Cloud, _ = clouds.Get("global")
	t.Product, _ = products.Get(wire.SimulatedProduct)
	for i := range rooms {
		t.Rooms = append(t.Rooms, tenant.Room{DisplayName: fmt.Sprintf("Room %d", i), EmailAddress: fmt.Sprintf("room-%04d@contoso.com", i)})
	}
	return t
}
