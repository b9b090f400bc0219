// Package packaging has what the installers are made of. Its test packs stand-ins
// for the programs, so that it needs the packing tools and no builds.
package packaging

import (
	"bytes"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const version = "1.2.3"

// run gives what one of the packing tools says.
func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Env = append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.ReplaceAll(string(out), "\r", "")
}

// standIns are programs that do nothing, in the folders of release.sh.
func standIns(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, file := range []string{"windows-amd64/Roomkey.exe", "windows-amd64/roomkeyctl.exe", "windows-arm64/Roomkey.exe", "windows-arm64/roomkeyctl.exe",
		"linux-amd64/roomkey", "linux-amd64/roomkeyctl", "linux-arm64/roomkeyctl", "darwin-universal/roomkeyctl"} {
		path := filepath.Join(folder, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".exe") {
			run(t, nil, "x86_64-w64-mingw32-gcc", "-s", "-o", path, "testdata/program.c")
		} else if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// contents are the files of a folder by name.
func contents(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err == nil {
			files[name], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestPackages(t *testing.T) {
	for _, tool := range []string{"wixl", "msiextract", "msibuild", "osslsigncode", "faketime", "convert", "zip", "dpkg-deb", "x86_64-w64-mingw32-gcc"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not here; scripts/setup.sh release installs it", tool)
		}
	}
	keys := t.TempDir()
	key, cert := filepath.Join(keys, "key.pem"), filepath.Join(keys, "cert.pem")
	run(t, nil, "openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "30", "-subj", "/CN=Test",
		"-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", cert)
	programs := standIns(t)
	packed := func(signing ...string) string {
		out := t.TempDir()
		run(t, append(signing, "SOURCE_DATE_EPOCH=1795000000"), "../scripts/package.sh", version, programs, out)
		return out
	}
	out := packed("SIGN_CERTIFICATE="+cert, "SIGN_KEY="+key)
	files := contents(t, out)

	t.Run("twice the same bytes", func(t *testing.T) { // by the test certificate, which needs no variable
		first, again := contents(t, packed()), contents(t, packed())
		if a, b := slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(again)); !slices.Equal(a, b) {
			t.Fatalf("%v, then %v", a, b)
		}
		for name := range first {
			if !bytes.Equal(first[name], again[name]) {
				t.Errorf("%s differs", name)
			}
		}
	})
	t.Run("Windows", func(t *testing.T) {
		for _, msi := range []struct{ name, folder, path, kind string }{
			{"roomkey-1.2.3-x64.msi", "Roomkey", "=-*PATH", "x64"}, {"roomkey-1.2.3-x64-user.msi", "Programs/Roomkey", "=-PATH", "x64"},
			{"roomkey-1.2.3-arm64.msi", "Roomkey", "=-*PATH", "Arm64"}, {"roomkey-1.2.3-arm64-user.msi", "Programs/Roomkey", "=-PATH", "Arm64"}} {
			file := filepath.Join(out, msi.name)
			list := run(t, nil, "msiextract", "-l", file)
			for _, want := range []string{"Roomkey.exe", "roomkeyctl.exe", "LICENSE.txt", "OpenGL.txt"} {
				if !strings.Contains(list, msi.folder+"/"+want+"\n") {
					t.Errorf("%s has no %s in %s:\n%s", msi.name, want, msi.folder, list)
				}
			}
			for table, want := range map[string]string{"Environment": msi.path, "Shortcut": "ProgramMenuFolder", "Registry": `Software\Classes\.roomkey`,
				"Upgrade": "WIX_UPGRADE_DETECTED", "InstallExecuteSequence": "WriteEnvironmentStrings", "Property": "ProductVersion\t1.2.3"} {
				if rows := run(t, nil, "msiinfo", "export", file, table); !strings.Contains(rows, want) {
					t.Errorf("%s: no %q in %s:\n%s", msi.name, want, table, rows)
				}
			}
			if said := run(t, nil, "msiinfo", "suminfo", file); !strings.Contains(said, "Template: "+msi.kind+";1033") {
				t.Errorf("%s is for another kind of computer:\n%s", msi.name, said)
			}
			// The installer for everyone deletes nothing in anybody's own folders.
			if rows := run(t, nil, "msiinfo", "export", file, "RemoveFile"); strings.Contains(rows, "LOOK") != strings.Contains(msi.name, "user") {
				t.Errorf("%s removes:\n%s", msi.name, rows)
			}
			run(t, nil, "osslsigncode", "verify", "-CAfile", cert, "-in", file)
		}
		folder := t.TempDir()
		for _, kind := range []string{"x64", "arm64"} {
			run(t, nil, "unzip", "-q", filepath.Join(out, "roomkey-1.2.3-windows-"+kind+".zip"), "-d", folder)
			run(t, nil, "osslsigncode", "verify", "-CAfile", cert, "-in", filepath.Join(folder, "roomkey-1.2.3-windows-"+kind, "Roomkey.exe"))
		}
	})
	t.Run("no window for arm64", func(t *testing.T) {
		if err := os.Remove(filepath.Join(programs, "windows-arm64", "Roomkey.exe")); err != nil {
			t.Fatal(err)
		}
		less := contents(t, packed())
		if less["roomkeyctl-1.2.3-windows-arm64.zip"] == nil || less["roomkey-1.2.3-arm64.msi"] != nil {
			t.Errorf("%v", slices.Sorted(maps.Keys(less)))
		}
		if n := bytes.Count(less["winget/Roomkey.Roomkey.installer.yaml"], []byte("Architecture:")); n != 2 {
			t.Errorf("%d installers", n)
		}
	})
	t.Run("Linux", func(t *testing.T) {
		list := run(t, nil, "dpkg-deb", "--contents", filepath.Join(out, "roomkey_1.2.3_amd64.deb"))
		for _, want := range []string{"./usr/bin/roomkey\n", "./usr/bin/roomkeyctl\n", "roomkey.desktop", "roomkey.svg", "mime/packages/roomkey.xml"} {
			if !strings.Contains(list, want) {
				t.Errorf("the package has no %s:\n%s", want, list)
			}
		}
	})
	t.Run("checksums", func(t *testing.T) {
		c := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "SHA256SUMS")
		c.Dir = out
		if said, err := c.CombinedOutput(); err != nil || strings.Count(string(said), ": OK") != len(files)-1 {
			t.Errorf("%v\n%s", err, said)
		}
	})
	t.Run("winget", func(t *testing.T) { winget(t, out, files) })
}
