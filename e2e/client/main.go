// SPDX-License-Identifier: Apache-2.0

// Client is what a boot_test runs on the host, against the machine.
//
//	client COMMAND…
//
// The commands, one after the other:
//
//	http        talks to the key-value service (examples/http) on port 8080 of the guest, at length
//	power       presses the power button
//	stop=CODE   asks the service to stop the system with this exit status
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(commands []string) error {
	if len(commands) == 0 {
		return errors.New("usage: client {http|power|stop=CODE}…")
	}
	for _, command := range commands {
		name, value, _ := strings.Cut(command, "=")
		var err error
		switch name {
		case "http":
			err = talk()
		case "power":
			err = qmp("system_powerdown")
		case "stop":
			err = stop(value)
		default:
			err = errors.New("no such command")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
		fmt.Printf("%s: done\n", command)
	}
	return nil
}
