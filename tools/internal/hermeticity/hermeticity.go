// SPDX-License-Identifier: Apache-2.0

// Package hermeticity finds host paths in the command lines and environments of Bazel actions, and compares them with the
// table of known ones in a Markdown file: neither may hold one that the other does not.
package hermeticity

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Finding is a word of the command lines or environments that holds a host path.
type Finding struct {
	Mnemonic string
	Where    string // argument or environment
	Word     string // of the environment NAME=word
	Actions  int    // how many have it
	Example  string // the label of the target of the first of them
}

func (f Finding) String() string {
	const limit = 200 // whole scripts without white space are rare, but there
	word := f.Word
	if len(word) > limit {
		word = fmt.Sprintf("%s… (%d bytes)", strings.ToValidUTF8(word[:limit], ""), len(word))
	}
	return fmt.Sprintf("%s: %s %s: in %d actions, e.g. of %s", f.Mnemonic, f.Where, word, f.Actions, f.Example)
}

// Report is the outcome of a check.
type Report struct {
	Actions int       // how many were looked at
	Unknown []Finding // not in the list, by mnemonic
	Unused  []Rule    // in the list, but matched nothing
}

type key struct{ mnemonic, where, word string }

type seen struct {
	actions int
	target  uint64 // of the first action
	example string
}

// Check reads the output of one or several "bazel aquery --output=jsonproto", one after the other.
func Check(aquery io.Reader, rules []Rule) (Report, error) {
	var report Report
	all := map[key]*seen{}
	dec := json.NewDecoder(aquery)
	for {
		labels := map[uint64]string{} // ids hold for one document only
		err := readAquery(dec, func(a action) {
			report.Actions++
			for _, k := range slices.Compact(slices.SortedFunc(slices.Values(violations(a)), compareKeys)) {
				if all[k] == nil {
					all[k] = &seen{target: a.TargetID}
				}
				all[k].actions++
			}
		}, func(t target) { labels[t.ID] = t.Label })
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Report{}, fmt.Errorf("read the output of bazel aquery --output=jsonproto, near byte %d: %w", dec.InputOffset(), err)
		}
		for _, s := range all {
			if s.example == "" {
				s.example = cmp.Or(labels[s.target], fmt.Sprintf("target %d, which has no label", s.target))
			}
		}
	}
	if report.Actions == 0 {
		return Report{}, errors.New("the output of bazel aquery holds no action: does its query match anything?")
	}
	used := make([]bool, len(rules))
	for _, k := range slices.SortedFunc(maps.Keys(all), compareKeys) {
		known := false
		for i, r := range rules {
			if r.matches(k) {
				known, used[i] = true, true
			}
		}
		if !known {
			report.Unknown = append(report.Unknown, Finding{k.mnemonic, k.where, k.word, all[k].actions, all[k].example})
		}
	}
	for i, r := range rules {
		if !used[i] && !r.Optional {
			report.Unused = append(report.Unused, r)
		}
	}
	return report, nil
}

func (r Rule) matches(k key) bool {
	return (r.Mnemonic == "*" || r.Mnemonic == k.mnemonic) && r.Where == k.where && r.Pattern.MatchString(k.word)
}

func compareKeys(a, b key) int {
	return cmp.Or(strings.Compare(a.mnemonic, b.mnemonic), strings.Compare(a.where, b.where), strings.Compare(a.word, b.word))
}

func violations(a action) []key {
	var found []key
	arguments := func(list []string) {
		for _, argument := range list {
			for _, word := range hostWords(argument) {
				found = append(found, key{a.Mnemonic, "argument", word})
			}
		}
	}
	arguments(a.Arguments)
	for _, p := range a.ParamFiles {
		arguments(p.Arguments)
	}
	for _, v := range a.Environment {
		for _, word := range hostWords(v.Value) {
			found = append(found, key{a.Mnemonic, "environment", v.Key + "=" + word})
		}
	}
	return found
}

// Write prints the report and returns whether the actions and the list agree. List is the name of the Markdown file.
func (r Report) Write(w io.Writer, list string) (ok bool, err error) {
	var b strings.Builder
	for _, f := range r.Unknown {
		fmt.Fprintln(&b, f)
	}
	for _, u := range r.Unused {
		fmt.Fprintf(&b, "%s:%d: row %s matched nothing: the list is too long: remove it\n", u.File, u.Line, u.ID)
	}
	ok = len(r.Unknown)+len(r.Unused) == 0
	if ok {
		fmt.Fprintf(&b, "hermeticity: %d actions use nothing of the host but what %s lists\n", r.Actions, list)
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(&b, "hermeticity: %d host paths in the actions are not in the list: make the actions use declared inputs instead, "+
			"or, if a path has to stay, add a row for it under %q in %s\n", len(r.Unknown), Heading, list)
	}
	if len(r.Unused) > 0 {
		fmt.Fprintf(&b, "hermeticity: %d rows of the list matched nothing: remove them from %s, "+
			"or begin their why with \"optional:\"\n", len(r.Unused), list)
	}
	_, err = io.WriteString(w, b.String())
	return ok, err
}
