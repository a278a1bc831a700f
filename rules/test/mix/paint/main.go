// SPDX-License-Identifier: Apache-2.0

// Paint makes a module of a list of colours, for tests of compilers that call a program.
//
//	paint elixir|erlang LIST MODULE
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "paint:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 3 {
		return fmt.Errorf("expected FORMAT LIST MODULE, found %q", args)
	}
	list, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	var elixir, erlang []string
	for scanner := bufio.NewScanner(bytes.NewReader(list)); scanner.Scan(); {
		var name string
		var value int
		if _, err := fmt.Sscanf(scanner.Text(), "%s %x", &name, &value); err != nil {
			return fmt.Errorf("%s: %q: %w", args[1], scanner.Text(), err)
		}
		elixir = append(elixir, fmt.Sprintf("%s: %d", name, value))
		erlang = append(erlang, fmt.Sprintf("{%s, %d}", name, value/2))
	}
	var module string
	switch args[0] {
	case "elixir":
		module = fmt.Sprintf("defmodule Generated.Colours do\n  def all, do: [%s]\nend\n", strings.Join(elixir, ", "))
	case "erlang":
		module = fmt.Sprintf("-module(shades).\n-export([all/0]).\nall() -> [%s].\n", strings.Join(erlang, ", "))
	default:
		return fmt.Errorf("the format is %q; expected elixir or erlang", args[0])
	}
	return os.WriteFile(args[2], []byte(module), 0o644)
}
