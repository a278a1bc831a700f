// SPDX-License-Identifier: Apache-2.0

package kconfig

import (
	"fmt"
	"maps"
	"slices"
)

// Finding is one option that did not become what a fragment asked for.
type Finding struct {
	Option
	Got     string // the value in the .config; empty: none
	Hint    string
	Warning bool // the line says nocheck
}

// String returns "file:line: CONFIG_X: wanted y, got n: hint".
func (f Finding) String() string {
	got := f.Got
	if got == "" {
		got = "nothing"
	}
	if f.Warning {
		return fmt.Sprintf("%s:%d: warning: CONFIG_%s: wanted %s, got %s: %s (nocheck: %s)", f.File, f.Line, f.Name, f.Value, got, f.Hint, f.NoCheck)
	}
	return fmt.Sprintf("%s:%d: CONFIG_%s: wanted %s, got %s: %s", f.File, f.Line, f.Name, f.Value, got, f.Hint)
}

// Check compares the merged options with the .config that Kconfig made of them. Symbols are the names that the Kconfig
// sources define; nil means not known. An option that is asked to be off but is not in the symbols is a finding too: it is
// misspelt, or gone from the sources, and turns nothing off.
func Check(config Config, merged []Option, symbols Symbols) []Finding {
	var findings []Finding
	for _, o := range merged {
		got, present := config[o.Name]
		_, known := symbols[o.Name]
		unknown := symbols != nil && !known && !present
		if !present && !unknown && (o.Value == "y" || o.Value == "m" || o.Value == Off) {
			got = Off
		}
		if got == o.Value {
			continue
		}
		findings = append(findings, Finding{
			Option: o, Got: got, Warning: o.NoCheck != "",
			Hint: hint(o, got, present, unknown, symbols),
		})
	}
	return findings
}

func hint(o Option, got string, present, unknown bool, symbols Symbols) string {
	switch {
	case unknown:
		if s := symbols.Nearest(o.Name); s != "" {
			return "unknown option: no Kconfig file defines it; did you mean CONFIG_" + s + "?"
		}
		return "unknown option: no Kconfig file defines it"
	case !present && symbols == nil:
		return "dropped or unknown: it is not in the .config"
	case !present:
		return `dropped: it is not in the .config, so something it "depends on" is off`
	case o.Value == Off:
		return "not turned off: another option selects it, or it has no prompt"
	case got == Off:
		return `dropped: something it "depends on" is off, or another member of its choice won`
	default:
		return "changed: its range, what it depends on, or another option that selects it decided otherwise"
	}
}

// Diff returns the lines in which two .config files differ, sorted by name: "-CONFIG_X=y" for a, "+CONFIG_X=m" for b.
// An option that is off has no line: whether Kconfig lists it as "not set" or hides it makes no difference to the build.
func Diff(a, b Config) []string {
	names := map[string]bool{}
	for n := range a {
		names[n] = true
	}
	for n := range b {
		names[n] = true
	}
	var lines []string
	for _, n := range slices.Sorted(maps.Keys(names)) {
		before, hadBefore := a[n]
		after, hasAfter := b[n]
		hadBefore = hadBefore && before != Off
		hasAfter = hasAfter && after != Off
		if hadBefore == hasAfter && (before == after || !hadBefore) {
			continue
		}
		if hadBefore {
			lines = append(lines, "-CONFIG_"+n+"="+before)
		}
		if hasAfter {
			lines = append(lines, "+CONFIG_"+n+"="+after)
		}
	}
	return lines
}
