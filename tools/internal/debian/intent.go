// SPDX-License-Identifier: Apache-2.0

// Package debian keeps the lock of every file that is taken from a Debian
// archive: what is wanted (Intent), what was found (Lock), and the way from the
// one to the other through the archive's signed indexes.
package debian

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Intent is the hand-written packages.json.
type Intent struct {
	Trees   map[string]TreeIntent   `json:"trees"`
	Sources map[string]SourceIntent `json:"sources"`
}

// TreeIntent asks for a set of binary packages and what they depend on.
type TreeIntent struct {
	Suite    string   `json:"suite"`
	Packages []string `json:"packages"`
	// Without names dependencies that are taken as met and not followed.
	Without []string `json:"without"`
}

// SourceIntent asks for one archive of a source package.
type SourceIntent struct {
	Suite   string `json:"suite"`
	Package string `json:"package"`
	// File is "orig" or "orig-<component>".
	File string `json:"file"`
	// URLs are upstream's addresses of the very same bytes.
	URLs []string `json:"urls"`
}

var (
	packageName = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
	entryName   = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]*$`) // of a tree or source: part of a repository name later
	suiteName   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	origName    = regexp.MustCompile(`^orig(-[a-zA-Z0-9-]+)?$`)
)

// DecodeIntent reads packages.json: unknown fields, repeated keys and names that
// cannot be meant are errors.
func DecodeIntent(data []byte) (*Intent, error) {
	var in Intent
	if err := decodeStrict(data, &in); err != nil {
		return nil, err
	}
	if len(in.Trees) == 0 && len(in.Sources) == 0 {
		return nil, errors.New(`nothing is asked for: expected "trees" or "sources"`)
	}
	for _, name := range sortedKeys(in.Trees) {
		if err := in.Trees[name].validate(name); err != nil {
			return nil, fmt.Errorf("tree %q: %w", name, err)
		}
	}
	for _, name := range sortedKeys(in.Sources) {
		if err := in.Sources[name].validate(name); err != nil {
			return nil, fmt.Errorf("source %q: %w", name, err)
		}
	}
	return &in, nil
}

func (t TreeIntent) validate(name string) error {
	if !entryName.MatchString(name) {
		return fmt.Errorf("not a usable name: expected %s", entryName)
	}
	if !suiteName.MatchString(t.Suite) {
		return fmt.Errorf(`"suite" is %q: expected a suite such as "trixie"`, t.Suite)
	}
	if len(t.Packages) == 0 {
		return errors.New(`"packages" is empty: name at least one package`)
	}
	seen := map[string]bool{}
	for _, p := range slices.Concat(t.Packages, t.Without) {
		if !packageName.MatchString(p) {
			return fmt.Errorf("%q is not a Debian package name", p)
		}
		if seen[p] {
			return fmt.Errorf("package %q is named twice", p)
		}
		seen[p] = true
	}
	return nil
}

func (s SourceIntent) validate(name string) error {
	if !entryName.MatchString(name) {
		return fmt.Errorf("not a usable name: expected %s", entryName)
	}
	if !suiteName.MatchString(s.Suite) {
		return fmt.Errorf(`"suite" is %q: expected a suite such as "trixie"`, s.Suite)
	}
	if !packageName.MatchString(s.Package) {
		return fmt.Errorf(`"package" is %q: expected the name of a source package`, s.Package)
	}
	if !origName.MatchString(s.File) {
		return fmt.Errorf(`"file" is %q: expected "orig" or "orig-<component>"`, s.File)
	}
	return validateURLs(s.URLs)
}

func validateURLs(urls []string) error {
	for _, u := range urls {
		if p, err := url.Parse(u); err != nil || p.Scheme != "https" || p.Host == "" {
			return fmt.Errorf("url %q: expected an absolute https:// address", u)
		}
	}
	return nil
}

// decodeStrict decodes exactly one JSON value without unknown fields or
// repeated keys.
func decodeStrict(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON value, at byte %d", d.InputOffset())
	}
	return noRepeatedKeys(json.NewDecoder(bytes.NewReader(data)), "")
}

// noRepeatedKeys reads one JSON value; encoding/json lets a later key silently
// replace an earlier one.
func noRepeatedKeys(d *json.Decoder, where string) error {
	tok, err := d.Token()
	if err != nil {
		return err
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for i := 0; d.More(); i++ {
		at := fmt.Sprintf("%s[%d]", where, i)
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return err
			}
			// Field names are matched without regard to case.
			name := fmt.Sprint(key)
			at = strings.TrimPrefix(where+"."+name, ".")
			if seen[strings.ToLower(name)] {
				return fmt.Errorf("key %q is repeated", at)
			}
			seen[strings.ToLower(name)] = true
		}
		if err := noRepeatedKeys(d, at); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
