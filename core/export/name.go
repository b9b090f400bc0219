package export

import "strings"

// FileName makes of a connection's name one that every system takes as a file's.
func FileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		case r == ' ', r == '.':
			return '-'
		}
		return -1
	}, name)
	if clean == "" {
		return "connection"
	}
	return clean[:min(len(clean), 60)]
}
