// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestResolve(t *testing.T) {
	for _, test := range []struct {
		name  string
		index string
		tree  TreeIntent
		want  []string // keys
		err   []string
	}{
		{
			name:  "closure over Depends and Pre-Depends, and nothing else",
			index: deb("a", "1", "Depends: b", "Pre-Depends: c", "Recommends: d", "Suggests: d") + deb("b", "2", "Depends: e") + deb("c", "3") + deb("d", "4") + deb("e", "5"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=2", "c=3", "e=5"},
		},
		{
			name:  "cycle",
			index: deb("a", "1", "Depends: b") + deb("b", "1", "Depends: a, b"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1"},
		},
		{
			name:  "first alternative",
			index: deb("a", "1", "Depends: b | c") + deb("b", "1") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1"},
		},
		{
			name:  "first alternative that exists",
			index: deb("a", "1", "Depends: x | c | b") + deb("b", "1") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "first alternative is too old",
			index: deb("a", "1", "Depends: b (>= 2) | c") + deb("b", "1") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "a later alternative is named in the tree",
			index: deb("a", "1", "Depends: b | c") + deb("b", "1") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a", "c"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "versions",
			index: deb("a", "1", "Depends: b (>= 1:2.0~rc1), b (<< 1:2.1), c (= 3-1+b2), d (>> 9), e (<= 1.0)") + deb("b", "1:2.0") + deb("c", "3-1+b2") + deb("d", "10") + deb("e", "1.0~1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1:2.0", "c=3-1+b2", "d=10", "e=1.0~1"},
		},
		{
			name:  "architecture qualifiers",
			index: deb("a", "1", "Depends: b:any, c:amd64, d:i386 | e") + deb("b", "1") + deb("c", "1") + deb("d", "1") + deb("e", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1", "c=1", "e=1"},
		},
		{
			name:  "the only provider",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: other, virtual"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1"},
		},
		{
			name:  "the only provider says it twice",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual (= 1), virtual (= 2)"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1"},
		},
		{
			name:  "the real package is preferred to a provider",
			index: deb("a", "1", "Depends: c") + deb("b", "1", "Provides: c") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "several providers, one named",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual") + deb("c", "1", "Provides: virtual"),
			tree:  TreeIntent{Packages: []string{"a", "c"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "several providers",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual") + deb("c", "1", "Provides: virtual"),
			tree:  TreeIntent{Packages: []string{"a"}},
			err:   []string{`package "a" depends on "virtual"`, "several packages provide that: add one of b, c"},
		},
		{
			name:  "versioned Provides",
			index: deb("a", "1", "Depends: virtual (>= 2)") + deb("b", "9", "Provides: virtual (= 1)") + deb("c", "1", "Provides: virtual (= 2)"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "a Provides without version does not meet a versioned dependency",
			index: deb("a", "1", "Depends: virtual (>= 2)") + deb("b", "9", "Provides: virtual"),
			tree:  TreeIntent{Packages: []string{"a"}},
			err:   []string{`"virtual (>= 2)"`, `nothing in suite "trixie" satisfies`},
		},
		{
			name:  "without is not followed",
			index: deb("a", "1", "Depends: b, c") + deb("b", "1", "Depends: d") + deb("c", "1") + deb("d", "1"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"b"}},
			want:  []string{"a=1", "c=1"},
		},
		{
			name:  "without names an alternative",
			index: deb("a", "1", "Depends: b | c") + deb("b", "1") + deb("c", "1"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"c"}},
			want:  []string{"a=1"},
		},
		{
			name:  "without names a virtual package",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual") + deb("c", "1", "Provides: virtual"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"virtual"}},
			want:  []string{"a=1"},
		},
		{
			name:  "without names the provider",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"b"}},
			want:  []string{"a=1"},
		},
		{
			name:  "without names what does not exist in the suite",
			index: deb("a", "1", "Depends: base"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"base"}},
			want:  []string{"a=1"},
		},
		{
			name:  "without is stale",
			index: deb("a", "1") + deb("b", "1"),
			tree:  TreeIntent{Packages: []string{"a"}, Without: []string{"b"}},
			err:   []string{`"without" names "b", but nothing in the tree depends on it`},
		},
		{
			name:  "the highest version counts",
			index: deb("a", "1.10") + deb("a", "1.9") + deb("a", "1.9+b1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1.10"},
		},
		{
			name:  "Provides of a lower version does not count",
			index: deb("a", "1", "Depends: virtual") + deb("b", "1", "Provides: virtual") + deb("b", "2"),
			tree:  TreeIntent{Packages: []string{"a"}},
			err:   []string{"satisfies or provides that"},
		},
		{
			name:  "folded field",
			index: deb("a", "1", "Depends: b,\n c (>= 1)\n , d") + deb("b", "1") + deb("c", "1") + deb("d", "1"),
			tree:  TreeIntent{Packages: []string{"a"}},
			want:  []string{"a=1", "b=1", "c=1", "d=1"},
		},
		{
			name:  "broken Depends",
			index: deb("a", "1", "Depends: b (?? 1)"),
			tree:  TreeIntent{Packages: []string{"a"}},
			err:   []string{`package "a": dependencies "b (?? 1)"`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			index, err := parseBinaryIndex(strings.NewReader(test.index))
			must(t, err)
			index.suite = "trixie"
			packages, err := index.Resolve(test.tree)
			if test.err != nil {
				wantError(t, err, test.err...)
				return
			}
			must(t, err)
			var got []string
			for _, p := range packages {
				got = append(got, p.Key())
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, expected %q", got, test.want)
			}
		})
	}
}

// TestResolveIgnoresOrder: the order of names in packages.json and of entries in
// the index changes nothing.
func TestResolveIgnoresOrder(t *testing.T) {
	entries := []string{
		deb("a", "1", "Depends: v | w, c"), deb("b", "1", "Depends: w"), deb("c", "1", "Provides: v (= 1)"),
		deb("c", "0"), deb("d", "1", "Provides: w"), deb("e", "1", "Depends: a | b"),
	}
	names := []string{"e", "b", "a"}
	want := []string{"a=1", "b=1", "c=1", "d=1", "e=1"}
	for range entries {
		entries = append(entries[1:], entries[0])
		names = append(names[1:], names[0])
		index, err := parseBinaryIndex(strings.NewReader(strings.Join(entries, "")))
		must(t, err)
		packages, err := index.Resolve(TreeIntent{Packages: names})
		must(t, err)
		var got []string
		for _, p := range packages {
			got = append(got, p.Key())
		}
		if !slices.Equal(got, want) {
			t.Errorf("names %q: got %q, expected %q", names, got, want)
		}
	}
}

func TestParseBinaryIndexErrors(t *testing.T) {
	for _, test := range []struct {
		index string
		want  []string
	}{
		{strings.Replace(deb("a", "1"), "Package: a\n", "", 1), []string{"no Package field"}},
		{strings.Replace(deb("a", "1"), "Version: 1", "Version: one", 1), []string{`package "a"`, `Version "one"`}},
		{strings.Replace(deb("a", "1"), "Size: ", "Size: x", 1), []string{`package "a"`, "Size"}},
		{deb("a", "1", "Provides: b ("), []string{`package "a"`, "Provides"}},
	} {
		_, err := parseBinaryIndex(strings.NewReader(test.index))
		wantError(t, err, test.want...)
	}
}

func TestResolveSource(t *testing.T) {
	index := src("lib", "1.1-9", "lib_1.1.orig.tar.gz") +
		src("lib", "1:1.2+dfsg-3", "lib_1.2+dfsg-3.dsc", "lib_1.2+dfsg.orig.tar.xz", "lib_1.2+dfsg.orig.tar.xz.asc", "lib_1.2+dfsg.orig-docs.tar.bz2", "lib_1.2+dfsg-3.debian.tar.xz") +
		strings.Replace(src("lib", "1:1.3-1", "lib_1.3.orig.tar.gz"), "Directory", "Extra-Source-Only: yes\nDirectory", 1)
	for _, test := range []struct {
		want SourceIntent
		path string
		err  []string
	}{
		{want: SourceIntent{Package: "lib", File: "orig"}, path: "pool/main/lib/lib_1.2+dfsg.orig.tar.xz"},
		{want: SourceIntent{Package: "lib", File: "orig-docs"}, path: "pool/main/lib/lib_1.2+dfsg.orig-docs.tar.bz2"},
		{want: SourceIntent{Package: "lib", File: "orig", URLs: []string{"https://example.org/lib-1.2.tar.xz"}}, path: "pool/main/lib/lib_1.2+dfsg.orig.tar.xz"},
		{want: SourceIntent{Package: "lib", File: "orig", URLs: []string{"https://example.org/lib-1.1.tar.xz"}}, err: []string{`does not have "1.2" in it`}},
		{want: SourceIntent{Package: "lib", File: "orig-doc"}, err: []string{"found 0 among"}},
		{want: SourceIntent{Package: "li", File: "orig"}, err: []string{`source package "li" is not in suite "trixie"`}},
	} {
		x, err := parseSourceIndex(strings.NewReader(index))
		must(t, err)
		x.suite = "trixie"
		s, err := x.Resolve(test.want)
		if test.err != nil {
			wantError(t, err, test.err...)
			continue
		}
		must(t, err)
		if s.Path != test.path || s.Version != "1:1.2+dfsg-3" {
			t.Errorf("%+v: got %s %s, expected %s of version 1:1.2+dfsg-3", test.want, s.Path, s.Version, test.path)
		}
	}
}

func TestParseFileLine(t *testing.T) {
	sum := strings.Repeat("a", 64)
	for _, line := range []string{"", sum, sum + " 1", sum + " -1 x", sum + " one x", sum + " 1 x y", sum[1:] + " 1 x", strings.ToUpper(sum) + " 1 x"} {
		if f, err := parseFileLine(line); err == nil {
			t.Errorf("%q: no error but %+v", line, f)
		}
	}
	f, err := parseFileLine("  " + sum + "   12 main/x ")
	must(t, err)
	if want := (File{"main/x", sum, 12}); f != want {
		t.Errorf("got %+v, expected %+v", f, want)
	}
}

// FuzzBinaryIndex: no text makes the reader or the resolution panic or hang.
func FuzzBinaryIndex(f *testing.F) {
	f.Add(deb("a", "1", "Depends: b (>= 1) | c:any [amd64] <!x>", "Provides: v (= 1)") + deb("b", "2:1-1"))
	f.Add("Package: a\nVersion: 1\nSize: 1\nDepends: ${x}, , |, b [!i386\n")
	f.Fuzz(func(t *testing.T, text string) {
		x, err := parseBinaryIndex(strings.NewReader(text))
		if err != nil {
			return
		}
		for _, name := range sortedKeys(x.packages) {
			packages, err := x.Resolve(TreeIntent{Packages: []string{name}})
			if err == nil && !slices.Contains(packages, x.packages[name]) {
				t.Errorf("the tree of %q does not have it", name)
			}
		}
	})
}

func FuzzSourceIndex(f *testing.F) {
	f.Add(src("lib", "1.2-3", "lib_1.2.orig.tar.gz"))
	f.Fuzz(func(t *testing.T, text string) {
		x, err := parseSourceIndex(strings.NewReader(text))
		if err != nil {
			return
		}
		for name := range x.packages {
			s, err := x.Resolve(SourceIntent{Package: name, File: "orig"})
			if err == nil && !sha256Hex.MatchString(s.SHA256) {
				t.Errorf("%q: sha256 %q", name, s.SHA256)
			}
		}
	})
}

// FuzzRelease: no signed text makes the reader panic.
func FuzzRelease(f *testing.F) {
	f.Add("Codename: trixie\nValid-Until: Sat, 28 Nov 2099 02:10:46 UTC\nSHA256:\n " + strings.Repeat("a", 64) + " 1 main/x\n")
	f.Fuzz(func(t *testing.T, text string) {
		a := &Archive{warn: func(string) {}, now: time.Now}
		r, err := a.parseRelease("trixie", []byte(text))
		if err != nil {
			return
		}
		for _, file := range r.files {
			if !sha256Hex.MatchString(file.SHA256) || file.Size < 0 {
				t.Errorf("bad file %+v", file)
			}
		}
	})
}
