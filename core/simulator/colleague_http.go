package simulator

import (
	"io"
	"net/http"
)

// maxIntent is the largest intent that the colleague reads: one for the largest
// tenant is about 10 MiB.
const maxIntent = 32 << 20

// serveColleague plays the colleague who runs a script: POST /simulator/intent
// takes the intent that stands beside the script and gives the result file.
func (s *Simulator) serveColleague(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/simulator/intent" || r.Method != http.MethodPost {
		http.Error(w, "the colleague takes POST /simulator/intent", http.StatusNotFound)
		return
	}
	intent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxIntent))
	if err == nil {
		var result []byte
		if result, err = s.ApplyIntent(intent); err == nil {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(result)
			return
		}
	}
	http.Error(w, err.Error(), http.StatusBadRequest)
}
