// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"pault.ag/go/debian/version"
)

const lockVersion = 1

// Lock is the generated lock.json.
type Lock struct {
	Version int `json:"version"`
	// IntentSHA256 is the digest of the packages.json that was resolved.
	IntentSHA256 string `json:"intent_sha256"`
	// Trees lists the keys of Packages that make up each tree.
	Trees    map[string][]string `json:"trees"`
	Packages map[string]File     `json:"packages"`
	Sources  map[string]Source   `json:"sources"`
}

// File is one file of the archive; Path is relative to the mirror's address.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Source is one source archive.
type Source struct {
	Version string `json:"version"`
	File
	URLs []string `json:"urls"`
}

// Encode gives the one spelling of the lock: sorted, indented, newline at the end.
func (l *Lock) Encode() ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(l); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// DecodeLock reads lock.json. Only what Encode writes is accepted, byte for byte:
// a lock that was edited or merged by hand is not to be trusted.
func DecodeLock(data []byte) (*Lock, error) {
	var l Lock
	if err := decodeStrict(data, &l); err != nil {
		return nil, err
	}
	if l.Version != lockVersion {
		return nil, fmt.Errorf("the lock has format version %d, expected %d", l.Version, lockVersion)
	}
	if err := l.validate(); err != nil {
		return nil, err
	}
	canonical, err := l.Encode()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(canonical, data) {
		return nil, errors.New("the lock is not spelled as debianlock writes it: was it edited or merged by hand?")
	}
	return &l, nil
}

var sha256Hex = regexp.MustCompile(`^[0-9a-f]{64}$`)

func (l *Lock) validate() error {
	if !sha256Hex.MatchString(l.IntentSHA256) {
		return fmt.Errorf("intent_sha256 is %q: expected 64 lower-case hexadecimal digits", l.IntentSHA256)
	}
	used := map[string]bool{}
	for _, tree := range sortedKeys(l.Trees) {
		keys := l.Trees[tree]
		if len(keys) == 0 {
			return fmt.Errorf("tree %q is empty", tree)
		}
		for i, key := range keys {
			if i > 0 && keys[i-1] >= key {
				return fmt.Errorf("tree %q: %q follows %q: expected sorted and without repetition", tree, key, keys[i-1])
			}
			if _, ok := l.Packages[key]; !ok {
				return fmt.Errorf(`tree %q: %q is not under "packages"`, tree, key)
			}
			used[key] = true
		}
	}
	for _, key := range sortedKeys(l.Packages) {
		if !used[key] {
			return fmt.Errorf("package %q is in no tree", key)
		}
		name, ver, _ := strings.Cut(key, "=")
		if !packageName.MatchString(name) {
			return fmt.Errorf(`package %q: expected "name=version"`, key)
		}
		if _, err := version.Parse(ver); err != nil {
			return fmt.Errorf("package %q: %w", key, err)
		}
		if err := l.Packages[key].validate(".deb"); err != nil {
			return fmt.Errorf("package %q: %w", key, err)
		}
	}
	for _, name := range sortedKeys(l.Sources) {
		s := l.Sources[name]
		if _, err := version.Parse(s.Version); err != nil {
			return fmt.Errorf("source %q: %w", name, err)
		}
		if err := s.File.validate(""); err != nil {
			return fmt.Errorf("source %q: %w", name, err)
		}
		if err := validateURLs(s.URLs); err != nil {
			return fmt.Errorf("source %q: %w", name, err)
		}
	}
	return nil
}

// poolPath is what a path in the pool is made of: no escapes, so that it is the
// same text in a URL. Version numbers bring "+" and "~".
var poolPath = regexp.MustCompile(`^pool/[A-Za-z0-9/._+~-]+$`)

func (f File) validate(suffix string) error {
	if !poolPath.MatchString(f.Path) || path.Clean(f.Path) != f.Path || !strings.HasSuffix(f.Path, suffix) {
		return fmt.Errorf("path %q: expected a canonical relative path pool/…%s", f.Path, suffix)
	}
	if !sha256Hex.MatchString(f.SHA256) {
		return fmt.Errorf("sha256 is %q: expected 64 lower-case hexadecimal digits", f.SHA256)
	}
	if f.Size <= 0 {
		return fmt.Errorf("size is %d: expected a positive number of bytes", f.Size)
	}
	return nil
}

// Matches tells whether the lock was made from this intent; data are the bytes
// of its file.
func (l *Lock) Matches(in *Intent, data []byte) error {
	if got := digest(data); got != l.IntentSHA256 {
		return fmt.Errorf("the lock was made from another packages.json: intent_sha256 is %s, the file's is %s", l.IntentSHA256, got)
	}
	if want, got := sortedKeys(in.Trees), sortedKeys(l.Trees); !slices.Equal(want, got) {
		return fmt.Errorf("the trees of the lock are %q, packages.json asks for %q", got, want)
	}
	if want, got := sortedKeys(in.Sources), sortedKeys(l.Sources); !slices.Equal(want, got) {
		return fmt.Errorf("the sources of the lock are %q, packages.json asks for %q", got, want)
	}
	return nil
}

// Files lists every file of the lock by its path.
func (l *Lock) Files() []File {
	byPath := map[string]File{}
	for _, f := range l.Packages {
		byPath[f.Path] = f
	}
	for _, s := range l.Sources {
		byPath[s.Path] = s.File
	}
	files := make([]File, 0, len(byPath))
	for _, p := range sortedKeys(byPath) {
		files = append(files, byPath[p])
	}
	return files
}

// Diff tells what changed from old (which may be nil) to l, a line per package.
func (l *Lock) Diff(old *Lock) []string {
	if old == nil {
		old = &Lock{}
	}
	lines := diffVersions("", old.versions(), l.versions())
	oldSources, newSources := map[string]string{}, map[string]string{}
	for name, s := range old.Sources {
		oldSources[name] = s.Version
	}
	for name, s := range l.Sources {
		newSources[name] = s.Version
	}
	lines = append(lines, diffVersions("source ", oldSources, newSources)...)
	// The same version with other bytes, or a tree with other members, shows in
	// no version number.
	for _, key := range sortedKeys(l.Packages) {
		if o, ok := old.Packages[key]; ok && o != l.Packages[key] {
			lines = append(lines, fmt.Sprintf("%s: same version, other file: sha256 %s -> %s", key, o.SHA256, l.Packages[key].SHA256))
		}
	}
	for _, name := range sortedKeys(l.Sources) {
		o, ok := old.Sources[name]
		n := l.Sources[name]
		if ok && o.Version == n.Version && o.File != n.File {
			lines = append(lines, fmt.Sprintf("source %s: same version, other file: %s %s -> %s %s", name, o.Path, o.SHA256, n.Path, n.SHA256))
		}
		if ok && !slices.Equal(o.URLs, n.URLs) {
			lines = append(lines, fmt.Sprintf("source %s: urls %q -> %q", name, o.URLs, n.URLs))
		}
	}
	for _, tree := range sortedKeys(old.Trees) {
		if _, ok := l.Trees[tree]; !ok {
			lines = append(lines, fmt.Sprintf("tree %s: gone", tree))
		}
	}
	for _, tree := range sortedKeys(l.Trees) {
		was, is := names(old.Trees[tree]), names(l.Trees[tree])
		if _, ok := old.Trees[tree]; !ok {
			lines = append(lines, fmt.Sprintf("tree %s: new", tree))
		} else if !slices.Equal(was, is) {
			lines = append(lines, fmt.Sprintf("tree %s: other members: %s", tree, memberDiff(was, is)))
		}
	}
	return lines
}

// versions maps each package name to its versions; two suites may bring two.
func (l *Lock) versions() map[string]string {
	m := map[string]string{}
	for _, key := range sortedKeys(l.Packages) {
		name, ver, _ := strings.Cut(key, "=")
		if m[name] != "" {
			ver = m[name] + ", " + ver
		}
		m[name] = ver
	}
	return m
}

func diffVersions(kind string, was, is map[string]string) []string {
	all := maps.Clone(was)
	maps.Copy(all, is)
	var lines []string
	for _, name := range sortedKeys(all) {
		w, i := was[name], is[name]
		if w == i {
			continue
		}
		if w == "" {
			w = "(none)"
		}
		if i == "" {
			i = "(none)"
		}
		lines = append(lines, fmt.Sprintf("%s%s: %s -> %s", kind, name, w, i))
	}
	return lines
}

func names(keys []string) []string {
	out := make([]string, 0, len(keys))
	for _, key := range keys {
		name, _, _ := strings.Cut(key, "=")
		out = append(out, name)
	}
	return out
}

func memberDiff(was, is []string) string {
	var out []string
	for _, n := range was {
		if !slices.Contains(is, n) {
			out = append(out, "-"+n)
		}
	}
	for _, n := range is {
		if !slices.Contains(was, n) {
			out = append(out, "+"+n)
		}
	}
	return strings.Join(out, " ")
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
