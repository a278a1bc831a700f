// SPDX-License-Identifier: Apache-2.0

// Kernelconfig is the program behind kernel_menuconfig, kernel_savefragment and kernel_diffconfig. What it is to do stands
// in a file beside it, as the rule has written it. The menu's build also calls it for two of its steps, in a kernel tree:
//
//	kernelconfig start -fragments LAYOUT.json COMMAND…
//	kernelconfig save  -fragments LAYOUT.json -label LABEL -out FILE COMMAND…
//
// COMMAND is the one that makes the .config of KCONFIG_ALLCONFIG.
package main

import (
	"flag"
	"fmt"
	"os"

	"rules_elixir_vm/tools/internal/kernelconfig"
)

func main() {
	status, err := run(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kernelconfig:", err)
	}
	os.Exit(status)
}

func run(argv []string) (int, error) {
	file := argv[0] + ".json"
	if _, err := os.Stat(file); err != nil && len(argv) > 1 && (argv[1] == "start" || argv[1] == "save") {
		if err := step(argv[1], argv[2:]); err != nil {
			return 1, err
		}
		return 0, nil
	}
	command, err := kernelconfig.ReadCommand(file)
	if err != nil {
		return 2, err
	}
	return command.Run(argv[1:], os.Stdout, os.Stderr)
}

func step(name string, args []string) error {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	var fragments, label, out string
	flags.StringVar(&fragments, "fragments", "", "`file` that names the fragments")
	if name == "save" {
		flags.StringVar(&label, "label", "", "the kernel's")
		flags.StringVar(&out, "out", "", "`file` to write the fragment to")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return fmt.Errorf("%s: no command given", name)
	}
	if name == "start" {
		return kernelconfig.Start(fragments, flags.Args())
	}
	return kernelconfig.Save(fragments, label, out, os.Stderr, flags.Args())
}
