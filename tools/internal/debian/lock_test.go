// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

var (
	sumA = strings.Repeat("a", 64)
	sumB = strings.Repeat("b", 64)
)

// goodLock is a small lock that decodes.
func goodLock() *Lock {
	return &Lock{
		Version:      lockVersion,
		IntentSHA256: sumA,
		Trees:        map[string][]string{"t": {"a1-base=1.0~x", "a1=1:1.0"}, "u": {"a1=1:1.0"}},
		Packages: map[string]File{
			"a1=1:1.0":      {"pool/main/a/a1/a1_1.0_amd64.deb", sumA, 1},
			"a1-base=1.0~x": {"pool/main/a/a1/a1-base_1.0~x_all.deb", sumB, 2},
		},
		Sources: map[string]Source{
			"s": {Version: "1.0+dfsg-1", File: File{"pool/main/s/s/s_1.0+dfsg.orig.tar.xz", sumB, 3}, URLs: []string{"https://example.org/a?b=<c>&d"}},
		},
	}
}

func TestLockRoundTrip(t *testing.T) {
	l := goodLock()
	data, err := l.Encode()
	must(t, err)
	back, err := DecodeLock(data)
	must(t, err)
	again, err := back.Encode()
	must(t, err)
	if !bytes.Equal(data, again) {
		t.Errorf("encoded again:\n%s\nexpected\n%s", again, data)
	}
	if !bytes.Contains(data, []byte(`"https://example.org/a?b=<c>&d"`)) || !bytes.HasSuffix(data, []byte("}\n")) {
		t.Errorf("expected plain characters and a line end:\n%s", data)
	}
	if diff := back.Diff(l); len(diff) > 0 {
		t.Errorf("the lock differs from itself: %q", diff)
	}
}

func TestDecodeLockErrors(t *testing.T) {
	key := "a1=1:1.0"
	for _, test := range []struct {
		name   string
		change func(l *Lock)
		want   []string
	}{
		{"version", func(l *Lock) { l.Version = 2 }, []string{"format version 2, expected 1"}},
		{"intent", func(l *Lock) { l.IntentSHA256 = strings.ToUpper(sumA) }, []string{"intent_sha256"}},
		{"empty tree", func(l *Lock) { l.Trees["t"] = nil }, []string{`tree "t" is empty`}},
		{"unsorted tree", func(l *Lock) { slices.Reverse(l.Trees["t"]) }, []string{`tree "t"`, "expected sorted"}},
		{"repetition", func(l *Lock) { l.Trees["u"] = []string{key, key} }, []string{`tree "u"`, "without repetition"}},
		{"tree of the unknown", func(l *Lock) { l.Trees["u"] = []string{"x1=1"} }, []string{`tree "u": "x1=1" is not under "packages"`}},
		{"package of no tree", func(l *Lock) { l.Packages["x1=1"] = l.Packages[key] }, []string{`package "x1=1" is in no tree`}},
		{"key without version", func(l *Lock) { l.Packages["x1"] = l.Packages[key]; l.Trees["u"] = []string{"x1"} }, []string{`package "x1"`}},
		{"key without name", func(l *Lock) { l.Packages["=1"] = l.Packages[key]; l.Trees["u"] = []string{"=1"} }, []string{`package "=1": expected "name=version"`}},
		{"absolute path", func(l *Lock) { l.Packages[key] = File{"/pool/a.deb", sumA, 1} }, []string{key, "canonical relative path"}},
		{"path out of the pool", func(l *Lock) { l.Packages[key] = File{"pool/../a.deb", sumA, 1} }, []string{key, "canonical relative path"}},
		{"path with an empty part", func(l *Lock) { l.Packages[key] = File{"pool//a.deb", sumA, 1} }, []string{key, "canonical relative path"}},
		{"path with a query", func(l *Lock) { l.Packages[key] = File{"pool/a?.deb", sumA, 1} }, []string{key, "canonical relative path"}},
		{"path of no package", func(l *Lock) { l.Packages[key] = File{"pool/a.rpm", sumA, 1} }, []string{key, "….deb"}},
		{"short sha256", func(l *Lock) { l.Packages[key] = File{"pool/a.deb", sumA[1:], 1} }, []string{key, "64 lower-case hexadecimal digits"}},
		{"no size", func(l *Lock) { l.Packages[key] = File{"pool/a.deb", sumA, 0} }, []string{key, "size is 0"}},
		{"source version", func(l *Lock) { s := l.Sources["s"]; s.Version = "x"; l.Sources["s"] = s }, []string{`source "s"`}},
		{"source path", func(l *Lock) { s := l.Sources["s"]; s.Path = "x.tar"; l.Sources["s"] = s }, []string{`source "s"`, "canonical relative path"}},
		{"source url", func(l *Lock) { s := l.Sources["s"]; s.URLs = []string{"ftp://x/y"}; l.Sources["s"] = s }, []string{`source "s"`, "https://"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := goodLock()
			test.change(l)
			data, err := l.Encode()
			must(t, err)
			_, err = DecodeLock(data)
			wantError(t, err, test.want...)
		})
	}
}

// TestDecodeLockSpelling: any other spelling of a good lock is refused.
func TestDecodeLockSpelling(t *testing.T) {
	l := goodLock()
	data, err := l.Encode()
	must(t, err)
	good := string(data)
	for name, text := range map[string]string{
		"trailing line":  good + "\n",
		"no line end":    strings.TrimSuffix(good, "\n"),
		"other indent":   strings.Replace(good, `  "version"`, "\t\"version\"", 1),
		"other case":     strings.Replace(good, `"version"`, `"Version"`, 1),
		"unknown field":  strings.Replace(good, `"version"`, `"by": "me", "version"`, 1),
		"repeated key":   strings.Replace(good, `"version": 1,`, `"version": 1, "version": 1,`, 1),
		"second value":   good + good,
		"merge conflict": "<<<<<<< ours\n" + good,
		"nothing":        "",
	} {
		if _, err := DecodeLock([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestMatches(t *testing.T) {
	data := []byte(smallIntent)
	in, err := DecodeIntent(data)
	must(t, err)
	lock := func() *Lock {
		return &Lock{IntentSHA256: digest(data), Trees: map[string][]string{"tools": nil}, Sources: map[string]Source{"lib": {}}}
	}
	must(t, lock().Matches(in, data))
	l := lock()
	l.IntentSHA256 = sumA
	wantError(t, l.Matches(in, data), "another packages.json", sumA)
	l = lock()
	l.Trees["more"] = nil
	wantError(t, l.Matches(in, data), `the trees of the lock are ["more" "tools"]`, `asks for ["tools"]`)
	l = lock()
	delete(l.Sources, "lib")
	wantError(t, l.Matches(in, data), `the sources of the lock are []`, `asks for ["lib"]`)
}

func TestDiff(t *testing.T) {
	was, is := goodLock(), goodLock()
	is.Packages["a1=1:1.0"] = File{"pool/main/a/a1/a1_1.0_amd64.deb", sumB, 1}
	delete(is.Packages, "a1-base=1.0~x")
	is.Packages["a1-base=1.1"] = File{"pool/main/a/a1/a1-base_1.1_all.deb", sumB, 2}
	is.Trees["t"] = []string{"a1-base=1.1"}
	delete(is.Trees, "u")
	is.Trees["v"] = []string{"a1=1:1.0"}
	is.Sources["s"] = Source{Version: "1.0+dfsg-1", File: File{"pool/main/s/s/s_1.0+dfsg.orig.tar.gz", sumA, 3}}
	want := []string{
		"a1-base: 1.0~x -> 1.1",
		"a1=1:1.0: same version, other file: sha256 " + sumA + " -> " + sumB,
		"source s: same version, other file: pool/main/s/s/s_1.0+dfsg.orig.tar.xz " + sumB + " -> pool/main/s/s/s_1.0+dfsg.orig.tar.gz " + sumA,
		`source s: urls ["https://example.org/a?b=<c>&d"] -> []`,
		"tree u: gone",
		"tree t: other members: -a1",
		"tree v: new",
	}
	if got := is.Diff(was); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// FuzzDecodeLock: what is accepted is what Encode writes, and its paths stay in
// the pool.
func FuzzDecodeLock(f *testing.F) {
	l := goodLock()
	data, err := l.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(bytes.Replace(data, []byte("pool/main"), []byte("pool/.."), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := DecodeLock(data)
		if err != nil {
			return
		}
		again, err := l.Encode()
		if err != nil || !bytes.Equal(again, data) {
			t.Errorf("accepted %q, but encodes as %q (%v)", data, again, err)
		}
		for _, file := range l.Files() {
			if !strings.HasPrefix(file.Path, "pool/") || strings.Contains(file.Path, "/../") {
				t.Errorf("path %q", file.Path)
			}
		}
	})
}
