// SPDX-License-Identifier: Apache-2.0

// Kconfig merges the config fragments of the kernel and of BusyBox, and checks that what they ask for survived.
//
//	kconfig merge [-rest-off LIST] -out FILE FRAGMENT…
//	kconfig check -config .config [-known FILE]… FRAGMENT…
//	kconfig symbols -out FILE DIR…
//	kconfig diff A B
//
// Exit status: 0 for success, 1 if the check failed or the files differ, 2 for wrong usage or input.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"rules_elixir_vm/tools/internal/archive"
	"rules_elixir_vm/tools/internal/kconfig"
)

const usage = `usage:
  kconfig merge [-rest-off LIST] -out FILE FRAGMENT…
        writes one file for KCONFIG_ALLCONFIG; later fragments win; with a list made by "kconfig symbols" all other options are
        off, so that the file may also be the .config for "make oldconfig" (BusyBox's allnoconfig takes no y from the former)
  kconfig check -config .config [-known FILE]… FRAGMENT…
        every option asked for must have its value in the .config; -known (a list made by "kconfig symbols") tells dropped
        options from unknown ones
  kconfig symbols -out FILE DIR…
        lists the options that the Kconfig files of source trees define
  kconfig diff A B
        lists the options in which two .config files differ
`

func main() {
	status, err := run(os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = 2
	}
	os.Exit(status)
}

// stringsFlag is a flag that may be given several times.
type stringsFlag []string

func (s *stringsFlag) String() string { return fmt.Sprint(*s) }

func (s *stringsFlag) Set(v string) error { *s = append(*s, v); return nil }

func run(args []string, stdout, stderr io.Writer) (int, error) {
	if len(args) == 0 {
		return 2, errors.New(usage + "kconfig: no command given")
	}
	flags := flag.NewFlagSet("kconfig "+args[0], flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var out, config, restOff string
	var known stringsFlag
	switch args[0] {
	case "merge":
		flags.StringVar(&out, "out", "", "")
		flags.StringVar(&restOff, "rest-off", "", "")
	case "symbols":
		flags.StringVar(&out, "out", "", "")
	case "check":
		flags.StringVar(&config, "config", "", "")
		flags.Var(&known, "known", "")
	case "diff":
	default:
		return 2, fmt.Errorf("%skconfig: unknown command %q", usage, args[0])
	}
	if err := flags.Parse(args[1:]); err != nil {
		return 2, fmt.Errorf("%skconfig %s: %w", usage, args[0], err)
	}
	files := flags.Args()
	switch {
	case len(files) == 0, args[0] == "diff" && len(files) != 2:
		return 2, fmt.Errorf("%skconfig %s: wrong number of files: %q", usage, args[0], files)
	case args[0] == "check" && config == "":
		return 2, fmt.Errorf("%skconfig check: -config is missing", usage)
	case (args[0] == "merge" || args[0] == "symbols") && out == "":
		return 2, fmt.Errorf("%skconfig %s: -out is missing", usage, args[0])
	}
	switch args[0] {
	case "merge":
		merged, err := readFragments(files)
		if err != nil {
			return 2, err
		}
		if restOff != "" {
			symbols, err := readSymbols([]string{restOff}, nil)
			if err != nil {
				return 2, err
			}
			merged = append(kconfig.Rest(symbols, merged), merged...)
		}
		return 0, writeFile(out, kconfig.Format(merged))
	case "symbols":
		symbols, err := readSymbols(nil, files)
		if err != nil {
			return 2, err
		}
		return 0, writeFile(out, symbols.Format())
	case "check":
		return check(config, known, files, stderr)
	default:
		return diff(files[0], files[1], stdout)
	}
}

func check(configFile string, known, fragments []string, stderr io.Writer) (int, error) {
	config, err := readConfig(configFile)
	if err != nil {
		return 2, err
	}
	merged, err := readFragments(fragments)
	if err != nil {
		return 2, err
	}
	symbols, err := readSymbols(known, nil)
	if err != nil {
		return 2, err
	}
	failures := 0
	for _, f := range kconfig.Check(config, merged, symbols) {
		fmt.Fprintln(stderr, f)
		if !f.Warning {
			failures++
		}
	}
	if failures > 0 {
		fmt.Fprintf(stderr, "kconfig: %d of %d options did not become what the fragments ask for: set what they depend on, "+
			"correct their names or remove the lines; where a difference is fine, end the line with \"# nocheck: reason\"\n",
			failures, len(merged))
		return 1, nil
	}
	return 0, nil
}

func diff(a, b string, stdout io.Writer) (int, error) {
	before, err := readConfig(a)
	if err != nil {
		return 2, err
	}
	after, err := readConfig(b)
	if err != nil {
		return 2, err
	}
	lines := kconfig.Diff(before, after)
	for _, l := range lines {
		fmt.Fprintln(stdout, l)
	}
	return min(len(lines), 1), nil
}

func readFragments(files []string) ([]kconfig.Option, error) {
	var fragments [][]kconfig.Option
	var errs []error
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			errs = append(errs, fmt.Errorf("kconfig: read fragment: %w", err))
			continue
		}
		options, err := kconfig.ParseFragment(file, data)
		if err != nil {
			errs = append(errs, err)
		}
		fragments = append(fragments, options)
	}
	return kconfig.Merge(fragments...), errors.Join(errs...)
}

func readConfig(file string) (kconfig.Config, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("kconfig: read configuration: %w", err)
	}
	return kconfig.ParseConfig(file, data)
}

// readSymbols returns nil if there is nothing to read them from.
func readSymbols(lists, dirs []string) (kconfig.Symbols, error) {
	if len(lists)+len(dirs) == 0 {
		return nil, nil
	}
	symbols := kconfig.Symbols{}
	for _, file := range lists {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("kconfig: read list of options: %w", err)
		}
		if err := symbols.ParseSymbols(file, data); err != nil {
			return nil, err
		}
	}
	for _, dir := range dirs {
		if err := symbols.ScanDir(os.DirFS(dir)); err != nil {
			return nil, fmt.Errorf("kconfig: %s: %w", dir, err)
		}
	}
	return symbols, nil
}

func writeFile(file string, data []byte) error {
	err := archive.CreateFile(file, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return fmt.Errorf("kconfig: write %s: %w", file, err)
	}
	return nil
}
