// Package registertest holds the end-to-end tests of registration: the real
// Graph SDK and MSAL against the simulated tenant, over TLS.
package registertest
