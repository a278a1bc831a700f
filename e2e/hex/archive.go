// SPDX-License-Identifier: Apache-2.0

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// dependency is one of a package.
type dependency struct {
	app, pkg string // pkg: where it differs from app
	optional bool
}

func (d dependency) packageName() string {
	if d.pkg != "" {
		return d.pkg
	}
	return d.app
}

// pkg is a Hex package.
type pkg struct {
	app, name   string // name: where it differs from app
	version     string
	description string
	tools       []string
	deps        []dependency
	files       map[string]string
}

func (p *pkg) packageName() string {
	if p.name != "" {
		return p.name
	}
	return p.app
}

// binary writes a string as hex_core does: a long one in parts.
func binary(s string) string {
	for _, r := range s {
		if r > 127 {
			return "<<" + strconv.Quote(s) + "/utf8>>"
		}
	}
	const part = 40
	text := strconv.Quote(s)
	if len(s) > part {
		text = strconv.Quote(s[:part]) + "\n   " + strconv.Quote(s[part:])
	}
	return "<<" + text + ">>"
}

func (p *pkg) metadata() string {
	var requirements, files, tools []string
	for _, d := range p.deps {
		requirements = append(requirements, fmt.Sprintf("[{<<\"name\">>,%s},\n  {<<\"app\">>,%s},\n  {<<\"optional\">>,%t},\n  {<<\"requirement\">>,<<\"~> 1.0\">>},\n  {<<\"repository\">>,<<\"hexpm\">>}]",
			binary(d.packageName()), binary(d.app), d.optional))
	}
	for _, name := range sortedKeys(p.files) {
		files = append(files, binary(name))
	}
	for _, tool := range p.tools {
		tools = append(tools, binary(tool))
	}
	var b strings.Builder
	for _, pair := range [][2]string{
		{"links", `[{<<"Source">>,<<"https://example.invalid/` + p.app + `">>}]`},
		{"name", binary(p.packageName())},
		{"version", binary(p.version)},
		{"description", binary(p.description)},
		{"elixir", `<<"~> 1.14">>`},
		{"files", "[" + strings.Join(files, ",\n  ") + "]"},
		{"app", binary(p.app)},
		{"licenses", `[<<"Apache-2.0">>]`},
		{"requirements", "[" + strings.Join(requirements, ",\n ") + "]"},
		{"build_tools", "[" + strings.Join(tools, ",") + "]"},
	} {
		fmt.Fprintf(&b, "{<<%q>>,%s}.\n", pair[0], pair[1])
	}
	return b.String()
}

// tarball makes the archive that a Hex repository serves. The same package is the same bytes.
func (p *pkg) tarball() ([]byte, error) {
	contents, err := tarOf(p.files)
	if err != nil {
		return nil, err
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := z.Write(contents); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return tarOf(map[string]string{
		"CHECKSUM":        fmt.Sprintf("%X", sha256.Sum256([]byte("3"+p.metadata()+zipped.String()))),
		"VERSION":         "3",
		"contents.tar.gz": zipped.String(),
		"metadata.config": p.metadata(),
	})
}

func tarOf(files map[string]string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range sortedKeys(files) {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644, Size: int64(len(files[name]))}); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if _, err := w.Write([]byte(files[name])); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// lockEntry is a line of mix.lock, with the digest of what is served.
func (p *pkg) lockEntry(tarball []byte) string {
	var deps []string
	for _, d := range p.deps {
		deps = append(deps, fmt.Sprintf(`{:%s, "~> 1.0", [hex: :%s, repo: "hexpm", optional: %t]}`, d.app, d.packageName(), d.optional))
	}
	outer := fmt.Sprintf("%x", sha256.Sum256(tarball))
	inner := fmt.Sprintf("%x", sha256.Sum256([]byte(outer)))
	return fmt.Sprintf(`{:hex, :%s, %q, %q, [:%s], [%s], "hexpm", %q}`,
		p.packageName(), p.version, inner, strings.Join(p.tools, ", :"), strings.Join(deps, ", "), outer)
}

// lock writes mix.lock as Mix does.
func lock(entries map[string]string) string {
	var b strings.Builder
	b.WriteString("%{\n")
	for _, app := range sortedKeys(entries) {
		fmt.Fprintf(&b, "  %q: %s,\n", app, entries[app])
	}
	b.WriteString("}\n")
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
