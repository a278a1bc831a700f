// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"pault.ag/go/debian/control"
	"pault.ag/go/debian/dependency"
	"pault.ag/go/debian/version"
)

// Binary is one binary package of an index.
type Binary struct {
	Name    string
	Version version.Version
	File    File
	depends []string // the fields Pre-Depends and Depends
}

// Key is the package's key in the lock.
func (b *Binary) Key() string { return b.Name + "=" + b.Version.String() }

// provision is one package's claim to be another.
type provision struct {
	by      *Binary
	version *dependency.VersionRelation // "= version", or nil
}

// BinaryIndex is one suite's binary packages.
type BinaryIndex struct {
	suite     string
	packages  map[string]*Binary
	providers map[string][]provision
}

// parseBinaryIndex reads a Packages file. Of several versions of a package the
// highest counts.
func parseBinaryIndex(r io.Reader) (*BinaryIndex, error) {
	index := &BinaryIndex{packages: map[string]*Binary{}, providers: map[string][]provision{}}
	provides := map[string]string{}
	err := eachParagraph(r, func(p map[string]string) error {
		ver, err := version.Parse(p["Version"])
		if err != nil {
			return fmt.Errorf("Version %q: %w", p["Version"], err)
		}
		name := p["Package"]
		if old, ok := index.packages[name]; ok && version.Compare(old.Version, ver) >= 0 {
			return nil
		}
		size, err := strconv.ParseInt(p["Size"], 10, 64)
		if err != nil {
			return fmt.Errorf("Size: %w", err)
		}
		index.packages[name] = &Binary{
			Name:    name,
			Version: ver,
			File:    File{Path: p["Filename"], SHA256: p["SHA256"], Size: size},
			depends: []string{p["Pre-Depends"], p["Depends"]},
		}
		provides[name] = p["Provides"]
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(provides) {
		dep, err := parseRelations(provides[name])
		if err != nil {
			return nil, fmt.Errorf("package %q: Provides: %w", name, err)
		}
		for _, p := range dep.GetAllPossibilities() {
			index.providers[p.Name] = append(index.providers[p.Name], provision{index.packages[name], p.Version})
		}
	}
	return index, nil
}

// parseRelations reads a field such as Depends. The library wants plain blanks
// where Debian policy also allows line ends.
func parseRelations(field string) (*dependency.Dependency, error) {
	return dependency.Parse(strings.Join(strings.Fields(field), " "))
}

func eachParagraph(r io.Reader, f func(map[string]string) error) error {
	reader, err := control.NewParagraphReader(r, nil)
	if err != nil {
		return err
	}
	for {
		p, err := reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if p.Values["Package"] == "" {
			return fmt.Errorf("an entry has no Package field; its fields are %q", p.Order)
		}
		if err := f(p.Values); err != nil {
			return fmt.Errorf("package %q: %w", p.Values["Package"], err)
		}
	}
}

// Resolve finds the tree's packages and everything they need, sorted by name.
//
// A dependency that a package named in the tree satisfies is satisfied by it;
// else by its first alternative that exists; else by the only package that
// provides it. Versions are those of the suite, so there is nothing to search.
func (x *BinaryIndex) Resolve(tree TreeIntent) ([]*Binary, error) {
	chosen := map[string]*Binary{}
	without := map[string]bool{} // name: was met
	for _, name := range tree.Without {
		without[name] = false
	}
	var queue []*Binary
	for _, name := range tree.Packages {
		b, ok := x.packages[name]
		if !ok {
			return nil, fmt.Errorf("package %q is not in suite %q (%s/%s, %d packages): correct its name or the suite in packages.json",
				name, x.suite, component, architecture, len(x.packages))
		}
		chosen[name] = b
		queue = append(queue, b)
	}
	for len(queue) > 0 {
		b := queue[0]
		queue = queue[1:]
		for _, field := range b.depends {
			dep, err := parseRelations(field)
			if err != nil {
				return nil, fmt.Errorf("package %q: dependencies %q: %w", b.Name, field, err)
			}
			for _, rel := range dep.Relations {
				next, err := x.satisfy(rel, tree.Packages, without)
				if err != nil {
					return nil, fmt.Errorf("package %q depends on %q: %w", b.Name, rel.String(), err)
				}
				if next != nil && chosen[next.Name] == nil {
					chosen[next.Name] = next
					queue = append(queue, next)
				}
			}
		}
	}
	for _, name := range tree.Without {
		if !without[name] {
			return nil, fmt.Errorf(`"without" names %q, but nothing in the tree depends on it: delete it from packages.json`, name)
		}
	}
	out := make([]*Binary, 0, len(chosen))
	for _, name := range sortedKeys(chosen) {
		out = append(out, chosen[name])
	}
	return out, nil
}

// satisfy chooses the package that meets the relation, or none if it is one of
// those not to be followed.
func (x *BinaryIndex) satisfy(rel dependency.Relation, named []string, without map[string]bool) (*Binary, error) {
	alternatives := make([][]*Binary, len(rel.Possibilities))
	for i, p := range rel.Possibilities {
		if _, ok := without[p.Name]; ok {
			without[p.Name] = true
			return nil, nil
		}
		alternatives[i] = x.candidates(p)
		for _, b := range alternatives[i] {
			if slices.Contains(named, b.Name) {
				return b, nil
			}
		}
	}
	for _, candidates := range alternatives {
		switch len(candidates) {
		case 0:
			continue
		case 1:
			b := candidates[0]
			if _, ok := without[b.Name]; ok {
				without[b.Name] = true
				return nil, nil
			}
			return b, nil
		default:
			var names []string
			for _, b := range candidates {
				names = append(names, b.Name)
			}
			return nil, fmt.Errorf(`several packages provide that: add one of %s to the tree's "packages", or what is not needed to its "without"`, strings.Join(names, ", "))
		}
	}
	return nil, fmt.Errorf(`nothing in suite %q satisfies or provides that: add it to the tree's "without" if it is not needed, or take another suite`, x.suite)
}

// candidates finds the package of that very name or else all that provide it. A
// dependency with a version needs a Provides with a version (Debian policy 7.5).
func (x *BinaryIndex) candidates(p dependency.Possibility) []*Binary {
	if p.Arch != nil && p.Arch.CPU != "any" && p.Arch.CPU != architecture {
		return nil // of another architecture
	}
	if b, ok := x.packages[p.Name]; ok && (p.Version == nil || p.Version.SatisfiedBy(b.Version)) {
		return []*Binary{b}
	}
	var out []*Binary
	for _, prov := range x.providers[p.Name] {
		if p.Version != nil {
			if prov.version == nil {
				continue
			}
			ver, err := version.Parse(prov.version.Number)
			if err != nil || !p.Version.SatisfiedBy(ver) {
				continue
			}
		}
		if !slices.Contains(out, prov.by) {
			out = append(out, prov.by)
		}
	}
	return out
}

// sourcePackage is one source package of an index.
type sourcePackage struct {
	version   version.Version
	directory string
	checksums string // the field Checksums-Sha256
}

// SourceIndex is one suite's source packages.
type SourceIndex struct {
	suite    string
	packages map[string]sourcePackage
}

func parseSourceIndex(r io.Reader) (*SourceIndex, error) {
	index := &SourceIndex{packages: map[string]sourcePackage{}}
	err := eachParagraph(r, func(p map[string]string) error {
		ver, err := version.Parse(p["Version"])
		if err != nil {
			return fmt.Errorf("Version %q: %w", p["Version"], err)
		}
		name := p["Package"]
		// Kept only because some binary package was built from it.
		if p["Extra-Source-Only"] == "yes" {
			return nil
		}
		if old, ok := index.packages[name]; ok && version.Compare(old.version, ver) >= 0 {
			return nil
		}
		index.packages[name] = sourcePackage{ver, p["Directory"], p["Checksums-Sha256"]}
		return nil
	})
	return index, err
}

// Resolve finds the one archive that is asked for.
func (x *SourceIndex) Resolve(want SourceIntent) (*Source, error) {
	src, ok := x.packages[want.Package]
	if !ok {
		return nil, fmt.Errorf("source package %q is not in suite %q (%s, %d packages): correct its name or the suite in packages.json",
			want.Package, x.suite, component, len(x.packages))
	}
	archive := regexp.MustCompile(`\.` + regexp.QuoteMeta(want.File) + `\.tar\.[a-z0-9]+$`)
	var found []File
	var all []string
	for _, line := range strings.Split(strings.TrimSpace(src.checksums), "\n") {
		f, err := parseFileLine(line)
		if err != nil {
			return nil, fmt.Errorf("source package %q: Checksums-Sha256: %w", want.Package, err)
		}
		all = append(all, f.Path)
		if archive.MatchString(f.Path) {
			f.Path = src.directory + "/" + f.Path
			found = append(found, f)
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf(`source package %q %s: expected one file "….%s.tar.*", found %d among %s: correct "file" in packages.json`,
			want.Package, src.version, want.File, len(found), strings.Join(all, ", "))
	}
	// An upstream address is of one version: it must move with Debian's.
	upstream, _, _ := strings.Cut(src.version.Version, "+")
	for _, u := range want.URLs {
		if !strings.Contains(u, upstream) {
			return nil, fmt.Errorf("source package %q is at version %s, but the url %q does not have %q in it: put the new address in packages.json if its bytes are the same as Debian's, else delete it",
				want.Package, src.version, u, upstream)
		}
	}
	return &Source{Version: src.version.String(), File: found[0], URLs: append([]string{}, want.URLs...)}, nil
}
