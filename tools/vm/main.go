// SPDX-License-Identifier: Apache-2.0

// Vm boots a virtual machine in QEMU: on a terminal, or as a test. A link to it with a spec beside it, `<link>.vm.json`,
// is that machine.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"rules_elixir_vm/tools/internal/vm"
)

const usage = `usage:
  vm run -spec SPEC.json [-- [--iex] QEMU ARGUMENT…]
        boots the machine on the terminal; the exit status is that of the guest. With --iex the terminal becomes IEx in
        the machine once its release has started
  vm test -spec SPEC.json
        boots it and compares what it does with the spec; the exit status is
        0 for success, 1 where no verdict was possible, 2 for wrong usage, 11 kernel_not_reached, 12 kernel_panic,
        13 init_failed, 14 line_missing, 15 exit_code, 16 qemu_failed, 17 client_failed
`

// sidecar is what a link's spec is called: the link's name and this.
const sidecar = ".vm.json"

func main() {
	status, err := run(os.Args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "vm: %v\n", err)
	}
	os.Exit(status)
}

func run(args []string) (int, error) {
	var command, path string
	rest := args[1:]
	if _, err := os.Stat(args[0] + sidecar); err == nil {
		path = args[0] + sidecar
	} else if !errors.Is(err, fs.ErrNotExist) {
		return 1, err
	} else {
		flags := flag.NewFlagSet("vm", flag.ContinueOnError)
		flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
		flags.StringVar(&path, "spec", "", "")
		if len(rest) > 0 {
			command = rest[0]
			if err := flags.Parse(rest[1:]); err != nil {
				return 2, err
			}
		}
		if command != "run" && command != "test" || path == "" {
			return 2, errors.New("expected run or test, and -spec\n" + usage)
		}
		rest = flags.Args()
	}
	spec, err := vm.ReadSpec(path)
	if err != nil {
		return 1, err
	}
	if command == "run" || command == "" && spec.Test == nil {
		iex := slices.Contains(rest, "--iex")
		rest = slices.DeleteFunc(rest, func(arg string) bool { return arg == "--iex" })
		spec.QEMUArgs = append(spec.QEMUArgs, rest...)
		code, err := vm.Run(spec, iex, os.Stderr)
		if err != nil {
			return 1, err
		}
		return code, nil
	}
	if len(rest) > 0 {
		return 2, fmt.Errorf("%s: a test takes no arguments, found %q", spec.Label, rest)
	}
	if err := vm.RunTest(spec, os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR"), os.Stdout); err != nil {
		var failure *vm.Failure
		if errors.As(err, &failure) && spec.Test.Failure == nil {
			return failure.Status(), err
		}
		return 1, err
	}
	return 0, nil
}
