// Package bench holds the benchmarks of the whole: the real clients, over real
// TLS, against a simulated tenant that runs as a process of its own, and the
// real programs. It has no code but benchmarks; make bench runs them.
//
// Every result is a ratio to something that was measured or counted in the same
// run: to the time that the calls in a row cannot go below (their number times
// the latency of the simulated tenant), to a smaller input, to a plain
// implementation. Nothing here fails for being slow.
package bench
