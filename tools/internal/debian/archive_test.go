// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/clearsign"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ulikunitz/xz"
)

// testArchive is a small signed archive behind a real HTTP server.
type testArchive struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte // by path below the archive's address
}

func newTestArchive(t *testing.T) *testArchive {
	t.Helper()
	a := &testArchive{files: map[string][]byte{}}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		data, ok := a.files[strings.TrimPrefix(r.URL.Path, "/debian/")]
		a.mu.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *testArchive) mirror() string { return a.URL + "/debian" }

func (a *testArchive) put(path string, data []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.files[path] = data
}

func (a *testArchive) remove(path string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.files, path)
}

// suite is what publish makes a suite of.
type suite struct {
	name       string // of the folder
	codename   string // in InRelease; empty: name
	validUntil string
	packages   string   // text of the Packages file
	sources    string   // text of the Sources file
	exts       []string // of the index files; empty: .xz
}

// publish writes the suite's indexes and its InRelease, signed by key.
func (a *testArchive) publish(t *testing.T, key *openpgp.Entity, s suite) {
	t.Helper()
	if s.codename == "" {
		s.codename = s.name
	}
	if s.exts == nil {
		s.exts = []string{".xz"}
	}
	var release strings.Builder
	fmt.Fprintf(&release, "Origin: Debian\nSuite: stable\nCodename: %s\nDate: Sat, 12 Sep 2026 07:55:41 UTC\n", s.codename)
	if s.validUntil != "" {
		fmt.Fprintf(&release, "Valid-Until: %s\n", s.validUntil)
	}
	release.WriteString("SHA256:\n")
	for name, text := range map[string]string{"main/binary-amd64/Packages": s.packages, "main/source/Sources": s.sources} {
		for _, ext := range s.exts {
			data := compressed(t, ext, text)
			fmt.Fprintf(&release, " %s %d %s\n", digest(data), len(data), name+ext)
			a.put("dists/"+s.name+"/"+name+ext, data)
		}
	}
	a.put("dists/"+s.name+"/InRelease", signed(t, key, release.String()))
}

func compressed(t *testing.T, ext, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	if ext == ".gz" {
		w := gzip.NewWriter(&buf)
		must(t, writeAll(w, text))
		must(t, w.Close())
		return buf.Bytes()
	}
	w, err := xz.NewWriter(&buf)
	must(t, err)
	must(t, writeAll(w, text))
	must(t, w.Close())
	return buf.Bytes()
}

func signed(t *testing.T, key *openpgp.Entity, text string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := clearsign.Encode(&buf, key.PrivateKey, nil)
	must(t, err)
	must(t, writeAll(w, text))
	must(t, w.Close())
	return buf.Bytes()
}

func newKey(t *testing.T, config *packet.Config) *openpgp.Entity {
	t.Helper()
	if config == nil {
		config = &packet.Config{}
	}
	config.Algorithm = packet.PubKeyAlgoEdDSA
	key, err := openpgp.NewEntity("archive", "test", "archive@example.org", config)
	must(t, err)
	return key
}

func writeAll(w interface{ Write([]byte) (int, error) }, text string) error {
	_, err := w.Write([]byte(text))
	return err
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deb is an entry of a Packages file; fields are further lines.
func deb(name, version string, fields ...string) string {
	text := fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\nFilename: %s\nSize: %d\nSHA256: %s\n",
		name, version, debPath(name, version), len(debBytes(name, version)), digest(debBytes(name, version)))
	for _, f := range fields {
		text += f + "\n"
	}
	return text + "\n"
}

func debPath(name, version string) string {
	return fmt.Sprintf("pool/main/%s/%s_%s_amd64.deb", name, name, version[strings.Index(version, ":")+1:])
}

func debBytes(name, version string) []byte { return []byte("package " + name + " " + version) }

// src is an entry of a Sources file.
func src(name, version string, files ...string) string {
	text := fmt.Sprintf("Package: %s\nVersion: %s\nDirectory: pool/main/%s\nChecksums-Sha256:\n", name, version, name)
	for _, f := range files {
		text += fmt.Sprintf(" %s %d %s\n", digest([]byte(f)), len(f), f)
	}
	return text + "\n"
}

// A run is a workspace, an archive and what the commands said.
type run struct {
	*testArchive
	config   Config
	out, err bytes.Buffer
}

func newRun(t *testing.T, intent string, keys ...*openpgp.Entity) *run {
	t.Helper()
	dir := t.TempDir()
	r := &run{testArchive: newTestArchive(t)}
	r.config = Config{
		Packages: filepath.Join(dir, "packages.json"),
		Lock:     filepath.Join(dir, "lock.json"),
		Mirror:   r.mirror(),
		Out:      &r.out,
		Err:      &r.err,
	}
	must(t, os.WriteFile(r.config.Packages, []byte(intent), 0o644))
	for i, key := range keys {
		var buf bytes.Buffer
		must(t, key.Serialize(&buf))
		name := filepath.Join(dir, fmt.Sprintf("key%d.gpg", i))
		must(t, os.WriteFile(name, buf.Bytes(), 0o644))
		r.config.Keyrings = append(r.config.Keyrings, name)
	}
	return r
}

const smallIntent = `{
  "trees": {"tools": {"suite": "trixie", "packages": ["tool"]}},
  "sources": {"lib": {"suite": "trixie", "package": "lib", "file": "orig", "urls": ["https://example.org/lib-1.2.tar.gz"]}}
}`

func smallSuite() suite {
	return suite{
		name:     "trixie",
		packages: deb("tool", "1:2.0-1", "Depends: libc6 (>= 2.0)") + deb("libc6", "2.41-1"),
		sources:  src("lib", "1.2-3", "lib_1.2-3.dsc", "lib_1.2.orig.tar.gz", "lib_1.2.orig.tar.gz.asc", "lib_1.2.orig-extra.tar.xz"),
	}
}

// fill puts the files of smallSuite into the pool.
func (a *testArchive) fill() {
	a.put(debPath("tool", "1:2.0-1"), debBytes("tool", "1:2.0-1"))
	a.put(debPath("libc6", "2.41-1"), debBytes("libc6", "2.41-1"))
	a.put("pool/main/lib/lib_1.2.orig.tar.gz", []byte("lib_1.2.orig.tar.gz"))
}

func TestUpdateAndCheck(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, smallIntent, newKey(t, nil), key) // two keyrings, the second fits
	r.publish(t, key, smallSuite())
	r.fill()
	must(t, Update(t.Context(), r.config))

	first, err := os.ReadFile(r.config.Lock)
	must(t, err)
	want := fmt.Sprintf(`{
  "version": 1,
  "intent_sha256": "%s",
  "trees": {
    "tools": [
      "libc6=2.41-1",
      "tool=1:2.0-1"
    ]
  },
  "packages": {
    "libc6=2.41-1": {
      "path": "pool/main/libc6/libc6_2.41-1_amd64.deb",
      "sha256": "%s",
      "size": 20
    },
    "tool=1:2.0-1": {
      "path": "pool/main/tool/tool_2.0-1_amd64.deb",
      "sha256": "%s",
      "size": 20
    }
  },
  "sources": {
    "lib": {
      "version": "1.2-3",
      "path": "pool/main/lib/lib_1.2.orig.tar.gz",
      "sha256": "%s",
      "size": 19,
      "urls": [
        "https://example.org/lib-1.2.tar.gz"
      ]
    }
  }
}
`, digest([]byte(smallIntent)), digest(debBytes("libc6", "2.41-1")), digest(debBytes("tool", "1:2.0-1")), digest([]byte("lib_1.2.orig.tar.gz")))
	if string(first) != want {
		t.Errorf("lock.json is\n%s\nexpected\n%s", first, want)
	}
	for _, line := range []string{"libc6: (none) -> 2.41-1\n", "source lib: (none) -> 1.2-3\n", "tree tools: new\n", "tree tools: 2 packages"} {
		if !strings.Contains(r.out.String(), line) {
			t.Errorf("the report lacks %q:\n%s", line, &r.out)
		}
	}

	// The same again gives the same bytes and says so.
	r.out.Reset()
	must(t, Update(t.Context(), r.config))
	if second, _ := os.ReadFile(r.config.Lock); !bytes.Equal(first, second) {
		t.Errorf("a second update wrote another lock:\n%s", second)
	}
	if !strings.HasPrefix(r.out.String(), "nothing has changed\n") {
		t.Errorf("expected the report to say that nothing has changed:\n%s", &r.out)
	}
	must(t, Check(t.Context(), r.config, true))
	must(t, Check(t.Context(), r.config, false))
	if left, _ := filepath.Glob(r.config.Lock + ".*"); len(left) > 0 {
		t.Errorf("temporary files are left: %q", left)
	}

	// A newer package supersedes the lock, and the old file goes.
	s := smallSuite()
	s.packages = deb("tool", "1:2.0-2")
	r.publish(t, key, s)
	r.put(debPath("tool", "1:2.0-2"), debBytes("tool", "1:2.0-2"))
	r.remove(debPath("tool", "1:2.0-1"))
	r.out.Reset()
	wantError(t, Check(t.Context(), r.config, false), "3 changes, 1 files missing", "run `debianlock update`")
	for _, line := range []string{
		"superseded: libc6: 2.41-1 -> (none)\n",
		"superseded: tool: 1:2.0-1 -> 1:2.0-2\n",
		"superseded: tree tools: other members: -libc6\n",
		"missing: HEAD " + r.mirror() + "/pool/main/tool/tool_2.0-1_amd64.deb: not there (404 Not Found)\n",
	} {
		if !strings.Contains(r.out.String(), line) {
			t.Errorf("the report lacks %q:\n%s", line, &r.out)
		}
	}
	if now, _ := os.ReadFile(r.config.Lock); !bytes.Equal(first, now) {
		t.Error("check has changed the lock")
	}
	must(t, Update(t.Context(), r.config))
	must(t, Check(t.Context(), r.config, false))

	// A file of another size is not the file.
	r.put(debPath("tool", "1:2.0-2"), []byte("short"))
	r.out.Reset()
	wantError(t, Check(t.Context(), r.config, false), "0 changes, 1 files missing")
	if !strings.Contains(r.out.String(), "has 5 bytes, the lock says 20") {
		t.Errorf("the report does not tell the sizes:\n%s", &r.out)
	}

	// Files that are gone are told where the mirror has moved on to what packages.json is not fit for, too.
	s.sources = src("lib", "1.3-1", "lib_1.3.orig.tar.gz")
	r.publish(t, key, s)
	r.out.Reset()
	wantError(t, Check(t.Context(), r.config, false), "1 of the lock's 2 files are missing", `does not have "1.3" in it`)
	if !strings.Contains(r.out.String(), "missing: ") {
		t.Errorf("the report does not tell the file:\n%s", &r.out)
	}
}

// wantError wants an error whose text has all the parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, expected one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q: %v", part, err)
		}
	}
}

func TestUpdateErrors(t *testing.T) {
	key := newKey(t, nil)
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	expired := newKey(t, &packet.Config{Time: func() time.Time { return past }, KeyLifetimeSecs: 3600})
	const dists = "dists/trixie/"
	for _, test := range []struct {
		name   string
		intent string // empty: smallIntent
		keys   []*openpgp.Entity
		change func(t *testing.T, r *run)
		want   []string
	}{
		{
			name:   "unreachable mirror",
			change: func(t *testing.T, r *run) { r.Close() },
			want:   []string{`suite "trixie"`, "the mirror does not answer", "-mirror or DEBIAN_MIRROR"},
		},
		{
			name:   "not an address",
			change: func(t *testing.T, r *run) { r.config.Mirror = "file:/srv/debian" },
			want:   []string{`mirror "file:/srv/debian"`, "http://HOST/PATH"},
		},
		{
			name:   "suite is missing",
			change: func(t *testing.T, r *run) { r.remove(dists + "InRelease") },
			want:   []string{`tree "tools"`, `suite "trixie" is not on the mirror`, "404", "correct the suite"},
		},
		{
			name:   "login page instead of InRelease",
			change: func(t *testing.T, r *run) { r.put(dists+"InRelease", []byte("<html>")) },
			want:   []string{"dists/trixie/InRelease", "not a clear-signed file"},
		},
		{
			name:   "huge InRelease",
			change: func(t *testing.T, r *run) { r.put(dists+"InRelease", make([]byte, inReleaseLimit+1)) },
			want:   []string{"more than the expected 16777216 bytes"},
		},
		{
			name: "signed by someone else",
			keys: []*openpgp.Entity{newKey(t, nil)},
			want: []string{"dists/trixie/InRelease", "bad signature", "newer keyring with -keyring"},
		},
		{
			name: "signed by an expired key",
			keys: []*openpgp.Entity{expired},
			change: func(t *testing.T, r *run) {
				r.put(dists+"InRelease", signed(t, expired, "Codename: trixie\n"))
			},
			want: []string{"bad signature", "expired"},
		},
		{
			name: "changed after signing",
			change: func(t *testing.T, r *run) {
				r.put(dists+"InRelease", bytes.Replace(r.files[dists+"InRelease"], []byte("Origin: Debian"), []byte("Origin: Nobody"), 1))
			},
			want: []string{"bad signature"},
		},
		{
			name: "another suite's InRelease",
			change: func(t *testing.T, r *run) {
				s := smallSuite()
				s.codename = "forky"
				r.publish(t, key, s)
			},
			want: []string{`the signed file is for suite "stable", codename "forky"`},
		},
		{
			name: "index with another sha256",
			change: func(t *testing.T, r *run) {
				data := bytes.Clone(r.files[dists+"main/binary-amd64/Packages.xz"])
				data[20] ^= 1
				r.put(dists+"main/binary-amd64/Packages.xz", data)
			},
			want: []string{"Packages.xz has sha256", "its InRelease says", "in the middle of an update"},
		},
		{
			name: "index longer than said",
			change: func(t *testing.T, r *run) {
				p := dists + "main/source/Sources.xz"
				r.put(p, append(bytes.Clone(r.files[p]), 0))
			},
			want: []string{`source "lib"`, "Sources.xz: more than the expected"},
		},
		{
			name:   "index is missing",
			change: func(t *testing.T, r *run) { r.remove(dists + "main/source/Sources.xz") },
			want:   []string{`source "lib"`, "the mirror has no main/source/Sources.xz or main/source/Sources.gz"},
		},
		{
			name: "index is not an index",
			change: func(t *testing.T, r *run) {
				s := smallSuite()
				s.packages = "just text\n"
				r.publish(t, key, s)
			},
			want: []string{"index of binary packages", "just text"},
		},
		{
			name: "path that leaves the pool",
			change: func(t *testing.T, r *run) {
				s := smallSuite()
				s.packages = strings.ReplaceAll(s.packages, "Filename: pool/", "Filename: pool/../../")
				r.publish(t, key, s)
			},
			want: []string{"does not make a valid lock", `package "libc6=2.41-1"`, "expected a canonical relative path"},
		},
		{
			name:   "unknown package",
			intent: `{"trees": {"tools": {"suite": "trixie", "packages": ["tol"]}}}`,
			want:   []string{`tree "tools"`, `package "tol" is not in suite "trixie"`, "correct its name or the suite"},
		},
		{
			name: "dependency that nothing provides",
			change: func(t *testing.T, r *run) {
				s := smallSuite()
				s.packages = deb("tool", "1:2.0-1", "Depends: libc6 (>= 3)") + deb("libc6", "2.41-1")
				r.publish(t, key, s)
			},
			want: []string{`tree "tools"`, `package "tool" depends on "libc6 (>= 3)"`, `"without"`},
		},
		{
			name:   "unknown source package",
			intent: `{"sources": {"lib": {"suite": "trixie", "package": "libb", "file": "orig"}}}`,
			want:   []string{`source "lib"`, `source package "libb" is not in suite "trixie"`},
		},
		{
			name:   "source package without the wanted file",
			intent: `{"sources": {"lib": {"suite": "trixie", "package": "lib", "file": "orig-docs"}}}`,
			want:   []string{`source package "lib" 1.2-3`, `"….orig-docs.tar.*", found 0 among lib_1.2-3.dsc, lib_1.2.orig.tar.gz`, `correct "file"`},
		},
		{
			name:   "url of another version",
			intent: `{"sources": {"lib": {"suite": "trixie", "package": "lib", "file": "orig", "urls": ["https://example.org/lib-1.1.tar.gz"]}}}`,
			want:   []string{`at version 1.2-3, but the url "https://example.org/lib-1.1.tar.gz"`},
		},
		{
			name:   "intent is not there",
			change: func(t *testing.T, r *run) { must(t, os.Remove(r.config.Packages)) },
			want:   []string{"reading what is wanted", "packages.json"},
		},
		{
			name:   "intent with an unknown field",
			intent: `{"tree": {}}`,
			want:   []string{"packages.json", `unknown field "tree"`},
		},
		{
			name: "lock in a folder that is not there",
			change: func(t *testing.T, r *run) {
				r.config.Lock = filepath.Join(filepath.Dir(r.config.Lock), "no", "lock.json")
			},
			want: []string{"writing the lock"},
		},
		{
			name:   "keyring is not there",
			change: func(t *testing.T, r *run) { r.config.Keyrings = []string{r.config.Lock} },
			want:   []string{"keyring", "lock.json"},
		},
		{
			name:   "keyring is none",
			change: func(t *testing.T, r *run) { r.config.Keyrings = []string{r.config.Packages} },
			want:   []string{"packages.json", "expected OpenPGP public keys"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.intent == "" {
				test.intent = smallIntent
			}
			if test.keys == nil {
				test.keys = []*openpgp.Entity{key}
			}
			r := newRun(t, test.intent, test.keys...)
			r.publish(t, key, smallSuite())
			r.fill()
			if test.change != nil {
				test.change(t, r)
			}
			wantError(t, Update(t.Context(), r.config), test.want...)
			if _, err := os.Stat(r.config.Lock); err == nil {
				t.Error("a lock was written all the same")
			}
		})
	}
}

func TestCheckErrors(t *testing.T) {
	key := newKey(t, nil)
	for _, test := range []struct {
		name   string
		change func(t *testing.T, r *run)
		want   []string
	}{
		{
			name:   "no lock yet",
			change: func(t *testing.T, r *run) { must(t, os.Remove(r.config.Lock)) },
			want:   []string{"reading the lock"},
		},
		{
			name: "intent was edited",
			change: func(t *testing.T, r *run) {
				must(t, os.WriteFile(r.config.Packages, []byte(smallIntent+"\n"), 0o644))
			},
			want: []string{"made from another packages.json"},
		},
		{
			name: "lock was edited",
			change: func(t *testing.T, r *run) {
				data, err := os.ReadFile(r.config.Lock)
				must(t, err)
				must(t, os.WriteFile(r.config.Lock, append(data, '\n'), 0o644))
			},
			want: []string{"not spelled as debianlock writes it"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRun(t, smallIntent, key)
			r.publish(t, key, smallSuite())
			must(t, Update(t.Context(), r.config))
			test.change(t, r)
			for _, offline := range []bool{true, false} {
				wantError(t, Check(t.Context(), r.config, offline), append(test.want, "run `debianlock update`")...)
			}
		})
	}
}

// TestOfflineNeedsNothing: the offline check asks neither a mirror nor a keyring.
func TestOfflineNeedsNothing(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, smallIntent, key)
	r.publish(t, key, smallSuite())
	must(t, Update(t.Context(), r.config))
	r.Close()
	r.config.Mirror, r.config.Keyrings = "", []string{"no such file"}
	must(t, Check(t.Context(), r.config, true))
}

// TestUnreadableLockIsReplaced: update is the remedy for a broken lock.
func TestUnreadableLockIsReplaced(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, smallIntent, key)
	r.publish(t, key, smallSuite())
	r.fill()
	must(t, os.WriteFile(r.config.Lock, []byte("<<<<<<< ours\n"), 0o644))
	must(t, Update(t.Context(), r.config))
	if !strings.Contains(r.err.String(), "not readable and is made anew") {
		t.Errorf("expected a word about the old lock, got %q", &r.err)
	}
	must(t, Check(t.Context(), r.config, false))
}

func TestValidUntil(t *testing.T) {
	key := newKey(t, nil)
	for _, test := range []struct {
		until   string
		warning bool
		failure string
	}{
		{until: ""},
		{until: "Sat, 28 Nov 2099 02:10:46 UTC"},
		{until: "Sat, 28 Nov 2099 02:10:46 +0000"},
		{until: "Sat, 28 Nov 2009 02:10:46 UTC", warning: true},
		{until: "soon", failure: "Valid-Until"},
	} {
		r := newRun(t, smallIntent, key)
		s := smallSuite()
		s.validUntil = test.until
		r.publish(t, key, s)
		err := Update(t.Context(), r.config)
		if test.failure != "" {
			wantError(t, err, test.failure)
			continue
		}
		must(t, err)
		if got := strings.Contains(r.err.String(), "was valid until "+test.until); got != test.warning {
			t.Errorf("Valid-Until %q: warning %t, expected %t: %q", test.until, got, test.warning, &r.err)
		}
	}
}

// TestTreesAreSortedByKey: a name that continues another one with "-" or "+"
// sorts before it once "=version" follows.
func TestTreesAreSortedByKey(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, `{"trees": {"tools": {"suite": "trixie", "packages": ["perl", "perl-base"]}}}`, key)
	r.publish(t, key, suite{name: "trixie", packages: deb("perl", "1") + deb("perl-base", "1")})
	must(t, Update(t.Context(), r.config))
	must(t, Check(t.Context(), r.config, true))
}

// TestSameFileFromTwoSuites: trees may share a package, but its bytes must agree.
func TestSameFileFromTwoSuites(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, `{"trees": {
  "a": {"suite": "trixie", "packages": ["tool"]},
  "b": {"suite": "forky", "packages": ["tool"]}
}}`, key)
	r.publish(t, key, suite{name: "trixie", packages: deb("tool", "1")})
	r.publish(t, key, suite{name: "forky", packages: deb("tool", "1")})
	must(t, Update(t.Context(), r.config))
	r.publish(t, key, suite{name: "forky", packages: strings.Replace(deb("tool", "1"), "SHA256: "+digest(debBytes("tool", "1")), "SHA256: "+sumA, 1)})
	wantError(t, Update(t.Context(), r.config), `tree "b": suite "forky" has another file for tool=1`, "one suite", sumA)
	r.publish(t, key, suite{name: "forky", packages: deb("tool", "2")})
	must(t, Update(t.Context(), r.config))
	must(t, Check(t.Context(), r.config, true))
	if !strings.Contains(r.out.String(), "tool: 1 -> 1, 2\n") {
		t.Errorf("the report does not tell both versions:\n%s", &r.out)
	}
}

// TestGzipIndex: .gz indexes serve where .xz ones are not, or not said to be.
func TestGzipIndex(t *testing.T) {
	key := newKey(t, nil)
	for _, exts := range [][]string{{".gz"}, {".xz", ".gz"}} {
		r := newRun(t, smallIntent, key)
		s := smallSuite()
		s.exts = exts
		r.publish(t, key, s)
		r.remove("dists/trixie/main/binary-amd64/Packages.xz")
		must(t, Update(t.Context(), r.config))
	}
}

func TestArmoredKeyring(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, smallIntent)
	var buf bytes.Buffer
	w, err := armor.Encode(&buf, openpgp.PublicKeyType, nil)
	must(t, err)
	must(t, key.Serialize(w))
	must(t, w.Close())
	name := filepath.Join(t.TempDir(), "key.asc")
	must(t, os.WriteFile(name, buf.Bytes(), 0o644))
	r.config.Keyrings = []string{name}
	r.publish(t, key, smallSuite())
	must(t, Update(t.Context(), r.config))
}

// TestSignedTwice: InRelease carries the signatures of the old and the new key;
// one of them is enough.
func TestSignedTwice(t *testing.T) {
	known, unknown := newKey(t, nil), newKey(t, nil)
	r := newRun(t, smallIntent, known)
	r.publish(t, known, smallSuite())
	block, _ := clearsign.Decode(r.files["dists/trixie/InRelease"])
	var buf bytes.Buffer
	w, err := clearsign.EncodeMulti(&buf, []*packet.PrivateKey{unknown.PrivateKey, known.PrivateKey}, nil)
	must(t, err)
	must(t, writeAll(w, string(block.Plaintext)))
	must(t, w.Close())
	r.put("dists/trixie/InRelease", buf.Bytes())
	must(t, Update(t.Context(), r.config))
}

func TestPasswordIsNotPrinted(t *testing.T) {
	key := newKey(t, nil)
	r := newRun(t, smallIntent, key)
	r.config.Mirror = strings.Replace(r.mirror(), "http://", "http://user:secret@", 1)
	err := Update(t.Context(), r.config)
	wantError(t, err, "user:xxxxx@")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password is in the error: %v", err)
	}
}
