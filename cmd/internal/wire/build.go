package wire

// Build is what --version says of a program: its version and the commit that it
// was built from, where the build knew that.
func Build(version, commit string) string {
	if commit == "" {
		return version
	}
	return version + " (" + commit + ")"
}
