// SPDX-License-Identifier: Apache-2.0

// Package kconfig reads, merges and checks Kconfig fragments and .config files of the kernel and of BusyBox.
//
// A fragment is a text file of options that are asked for:
//
//	# a comment
//	CONFIG_NET=y
//	CONFIG_LOG_BUF_SHIFT=12
//	CONFIG_PHYSICAL_START=0x1000000
//	CONFIG_DEFAULT_HOSTNAME="vm"
//	# CONFIG_WIRELESS is not set
//	CONFIG_64BIT=y # nocheck: aarch64 has no prompt for it
//
// "CONFIG_X=n" and "# CONFIG_X is not set" mean the same. "# nocheck: reason" turns a difference between what was asked
// for and what Kconfig made of it into a warning.
package kconfig

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Off is the value of an option that is not set.
const Off = "n"

// Option is one line of a fragment or of a .config.
type Option struct {
	Name    string // without CONFIG_
	Value   string // y, m, n, 12, 0x1f or "text": equal values have equal spelling
	File    string // as given to the parser
	Line    int
	NoCheck string // the reason why a difference is only a warning; empty: it is an error
}

// String returns the line as Kconfig writes it.
func (o Option) String() string {
	if o.Value == Off {
		return "# CONFIG_" + o.Name + " is not set"
	}
	return "CONFIG_" + o.Name + "=" + o.Value
}

var (
	setLine   = regexp.MustCompile(`^CONFIG_([A-Za-z0-9_]+)=(.*)$`)
	unsetLine = regexp.MustCompile(`^#\s*CONFIG_([A-Za-z0-9_]+)\s+is\s+not\s+set\b(.*)$`)
	noCheck   = regexp.MustCompile(`^#\s*nocheck\b(.*)$`)
	// Kconfig refuses integers with leading zeros.
	decimal = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	hex     = regexp.MustCompile(`^0[xX]([0-9a-fA-F]+)$`)
)

// ParseFragment reads a fragment. The error, if any, holds one "file:line: message" line for each bad line.
func ParseFragment(file string, data []byte) ([]Option, error) { return parse(file, data, false) }

// ParseConfig reads a .config, as Kconfig wrote it. Unlike a fragment it may hold empty and unusual values.
func ParseConfig(file string, data []byte) (Config, error) {
	options, err := parse(file, data, true)
	if err != nil {
		return nil, err
	}
	config := Config{}
	for _, o := range options {
		config[o.Name] = o.Value
	}
	return config, nil
}

// Config maps the names of a .config (without CONFIG_) to values; "is not set" is Off.
type Config map[string]string

func parse(file string, data []byte, config bool) ([]Option, error) {
	var options []Option
	var errs []error
	first := map[string]Option{}
	for i, raw := range bytes.Split(data, []byte("\n")) {
		o, err := parseLine(strings.TrimSpace(string(raw)), config)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", file, i+1, err))
			continue
		}
		if o.Name == "" {
			continue
		}
		o.File, o.Line = file, i+1
		if before, ok := first[o.Name]; ok && before.Value != o.Value {
			errs = append(errs, fmt.Errorf("%s:%d: CONFIG_%s=%s contradicts CONFIG_%s=%s on line %d: keep one of them",
				file, o.Line, o.Name, o.Value, o.Name, before.Value, before.Line))
			continue
		} else if !ok {
			first[o.Name] = o
		}
		options = append(options, o)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return options, nil
}

// parseLine returns an Option without a name for a blank line or a comment.
func parseLine(line string, config bool) (Option, error) {
	if m := unsetLine.FindStringSubmatch(line); m != nil {
		reason, err := parseTail(m[2])
		return Option{Name: m[1], Value: Off, NoCheck: reason}, err
	}
	if line == "" || line[0] == '#' {
		return Option{}, nil
	}
	m := setLine.FindStringSubmatch(line)
	if m == nil {
		return Option{}, fmt.Errorf("%q is not an option: expected CONFIG_NAME=value, \"# CONFIG_NAME is not set\" or a comment", line)
	}
	o := Option{Name: m[1]}
	var err error
	if strings.HasPrefix(m[2], `"`) {
		text, tail, ok := unquote(m[2])
		if !ok {
			return Option{}, fmt.Errorf("CONFIG_%s: the string %s has no closing quote", o.Name, m[2])
		}
		o.Value = quote(text)
		o.NoCheck, err = parseTail(tail)
		return o, err
	}
	value, tail := m[2], ""
	if i := strings.IndexByte(value, '#'); i >= 0 {
		value, tail = strings.TrimSpace(value[:i]), value[i:]
	}
	if o.NoCheck, err = parseTail(tail); err != nil {
		return Option{}, err
	}
	switch h := hex.FindStringSubmatch(value); {
	case value == "y" || value == "m" || value == Off || decimal.MatchString(value):
		o.Value = value
	case h != nil:
		o.Value = "0x" + strings.ToLower(strings.TrimLeft(h[1], "0"))
		if o.Value == "0x" {
			o.Value = "0x0"
		}
	case config:
		o.Value = value
	default:
		return Option{}, fmt.Errorf("CONFIG_%s: %q is not a value: expected y, m, n, a decimal number, 0x… or \"text\"", o.Name, value)
	}
	return o, nil
}

// parseTail reads what follows a value: nothing, or "# nocheck: reason".
func parseTail(tail string) (reason string, err error) {
	tail = strings.TrimSpace(tail)
	if tail == "" {
		return "", nil
	}
	m := noCheck.FindStringSubmatch(tail)
	if m == nil {
		return "", fmt.Errorf("%q after the value: only \"# nocheck: reason\" may follow; put other comments on a line of their own", tail)
	}
	rest, colon := strings.CutPrefix(strings.TrimSpace(m[1]), ":")
	reason = strings.TrimSpace(rest)
	if !colon || reason == "" {
		return "", errors.New(`nocheck without a reason: write "# nocheck: reason"`)
	}
	return reason, nil
}

// unquote reads the string at the start of s; a backslash makes the next byte literal, as in Kconfig.
func unquote(s string) (text, tail string, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Merge returns the effective options: of several lines for one option, the last. They stay in the order of those lines,
// because of several members of a Kconfig choice that are y the last one wins as well.
func Merge(fragments ...[]Option) []Option {
	var all []Option
	for _, f := range fragments {
		all = append(all, f...)
	}
	last := map[string]int{}
	for i, o := range all {
		last[o.Name] = i
	}
	var merged []Option
	for i, o := range all {
		if last[o.Name] == i {
			merged = append(merged, o)
		}
	}
	return merged
}

// Rest returns every known option that is not in merged as off, sorted by name. Put before merged it keeps Kconfig from using
// its own defaults where KCONFIG_ALLCONFIG does not work: BusyBox's allnoconfig takes no y from it.
func Rest(symbols Symbols, merged []Option) []Option {
	asked := map[string]bool{}
	for _, o := range merged {
		asked[o.Name] = true
	}
	var rest []Option
	for _, n := range slices.Sorted(maps.Keys(symbols)) {
		if !asked[n] {
			rest = append(rest, Option{Name: n, Value: Off})
		}
	}
	return rest
}

// Format returns the text of a file for KCONFIG_ALLCONFIG.
func Format(options []Option) []byte {
	var b bytes.Buffer
	for _, o := range options {
		fmt.Fprintln(&b, o)
	}
	return b.Bytes()
}
