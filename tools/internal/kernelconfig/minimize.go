// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/kconfig"
)

// Fragments holds the options that a kernel asks for before and after those of the fragment that is edited.
type Fragments struct {
	Before, After []kconfig.Option
}

// With returns the effective options when the edited fragment holds these.
func (f Fragments) With(edited []kconfig.Option) []kconfig.Option {
	return kconfig.Merge(f.Before, edited, f.After)
}

// Evaluate is Kconfig: what becomes of options when all others are off.
type Evaluate func(options []kconfig.Option) (kconfig.Config, error)

// Minimize returns the options, sorted by name, that make of the fragments the configuration want, in such a way that
// every option asked for has its value, as the rule checks it. Without any one of them it would not be so.
func Minimize(f Fragments, want kconfig.Config, evaluate Evaluate) ([]kconfig.Option, error) {
	m := &minimizer{f, want, evaluate, map[string]bool{}, nil}
	base, err := evaluate(f.With(nil))
	if err != nil {
		return nil, err
	}
	candidates := f.candidates(want, base)
	edited := candidates
	if ok, err := m.yields(candidates); err != nil {
		return nil, err
	} else if !ok {
		// Should an option have the same value in both only by chance, all of them will do.
		candidates = f.candidates(want, nil)
		if ok, err := m.yields(candidates); err != nil {
			return nil, err
		} else if !ok {
			return nil, fmt.Errorf("no fragment in this place makes the edited configuration: with all of its options it still differs in\n%s\n"+
				"fragments that come later may ask for something else; remove those lines there\n"+
				"what was edited, so that it is not lost:\n%s", strings.Join(m.differences, "\n"), kconfig.Format(edited))
		}
	}
	// What is off needs a line only where it would be on. That is most of them, so try it at once.
	on := slices.DeleteFunc(slices.Clone(candidates), func(o kconfig.Option) bool { return o.Value == kconfig.Off && !f.asks(o.Name) })
	if ok, err := m.yields(on); err != nil {
		return nil, err
	} else if ok {
		candidates = on
	}
	minimal, err := m.reduce(candidates)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(minimal, func(a, b kconfig.Option) int { return strings.Compare(a.Name, b.Name) })
	if _, err := kconfig.ParseFragment("the fragment", kconfig.Format(minimal)); err != nil {
		return nil, fmt.Errorf("the edited configuration has a value that no fragment can ask for: %w", err)
	}
	return minimal, nil
}

func (f Fragments) asks(name string) bool {
	return slices.ContainsFunc(f.With(nil), func(o kconfig.Option) bool { return o.Name == name && o.Value != kconfig.Off })
}

// candidates returns the options in which want is not like base, as they are in want. An option that the fragments ask
// for and that want does not even list is off there: to say so keeps the rule from taking it for lost.
func (f Fragments) candidates(want, base kconfig.Config) []kconfig.Option {
	var options []kconfig.Option
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if before, ok := base[name]; !ok || before != want[name] {
			options = append(options, kconfig.Option{Name: name, Value: want[name]})
		}
	}
	for _, o := range f.With(nil) {
		if _, ok := want[o.Name]; !ok && o.Value != kconfig.Off && o.NoCheck == "" {
			options = append(options, kconfig.Option{Name: o.Name, Value: kconfig.Off})
		}
	}
	return options
}

type minimizer struct {
	Fragments
	want        kconfig.Config
	evaluate    Evaluate
	known       map[string]bool // results by the text of the options
	differences []string        // of the last that did not do
}

// yields says whether the edited fragment may hold just these options.
func (m *minimizer) yields(edited []kconfig.Option) (bool, error) {
	merged := m.With(edited)
	key := string(kconfig.Format(merged))
	if known, ok := m.known[key]; ok {
		return known, nil
	}
	got, err := m.evaluate(merged)
	if err != nil {
		return false, err
	}
	m.differences = nil
	for _, f := range kconfig.Check(got, merged, nil) {
		if !f.Warning {
			m.differences = append(m.differences, f.String())
		}
	}
	if len(m.differences) == 0 {
		m.differences = kconfig.Diff(m.want, got)
	}
	m.known[key] = maps.Equal(got, m.want) && len(m.differences) == 0
	return m.known[key], nil
}

// reduce returns a part of options that yields the same, and of which none can go.
func (m *minimizer) reduce(options []kconfig.Option) ([]kconfig.Option, error) {
	if ok, err := m.yields(nil); ok || err != nil {
		return nil, err
	}
	// QuickXplain: few steps if few are needed. It takes for granted that more options never do worse, so look again.
	minimal, err := m.needed(nil, false, options)
	if err != nil {
		return nil, err
	}
	if ok, err := m.yields(minimal); err != nil {
		return nil, err
	} else if ok {
		options = minimal
	}
	for i := 0; i < len(options); {
		without := slices.Delete(slices.Clone(options), i, i+1)
		ok, err := m.yields(without)
		if err != nil {
			return nil, err
		}
		if ok {
			options, i = without, 0
		} else {
			i++
		}
	}
	return options, nil
}

// needed returns those of options that are needed besides given. If given has grown, none may be.
func (m *minimizer) needed(given []kconfig.Option, grown bool, options []kconfig.Option) ([]kconfig.Option, error) {
	if grown {
		if ok, err := m.yields(given); ok || err != nil {
			return nil, err
		}
	}
	if len(options) == 0 {
		return nil, errors.New("the options that were enough are not any more: Kconfig does not always answer the same")
	}
	if len(options) == 1 {
		return options, nil
	}
	first, second := options[:len(options)/2], options[len(options)/2:]
	two, err := m.needed(slices.Concat(given, first), true, second)
	if err != nil {
		return nil, err
	}
	one, err := m.needed(slices.Concat(given, two), len(two) > 0, first)
	return slices.Concat(one, two), err
}
