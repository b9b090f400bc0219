// Package producttest plays every product file from end to end on the simulated
// tenant, each in its own model. It holds only tests.
package producttest
