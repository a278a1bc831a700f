// SPDX-License-Identifier: Apache-2.0

// Foreignbuild runs a foreign build system as one spec file describes it.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"rules_elixir_vm/tools/internal/foreignbuild"
)

func main() {
	spec := flag.String("spec", "", "the JSON file that describes the build")
	keep := flag.Bool("keep", false, "keep the work directory")
	flag.Parse()
	if *spec == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "usage: foreignbuild -spec SPEC.json [-keep]")
		os.Exit(2)
	}
	if err := run(*spec, *keep); err != nil {
		fmt.Fprintf(os.Stderr, "foreignbuild: %v\n", err)
		os.Exit(1)
	}
}

func run(path string, keep bool) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	spec, err := foreignbuild.ParseSpec(data)
	if err != nil {
		return fmt.Errorf("reading the spec %s: %w", path, err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		cancel(fmt.Errorf("interrupted by signal: %s", <-signals))
	}()
	return foreignbuild.Run(ctx, spec, keep)
}
