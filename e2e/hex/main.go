// SPDX-License-Identifier: Apache-2.0

// Hex makes a project that depends on many Hex packages, the packages themselves, and a repository that serves them.
//
//	hex make -dir DIR [-weight APP=NUMBER]...   writes DIR/project and DIR/mirror; another weight is an edit of that
//	                                            application. Prints for each package how many applications depend on it
//	hex quickstart -dir DIR                     writes DIR/mix.lock and DIR/mirror for the project of docs/quickstart.md
//	hex serve -dir DIR                          serves DIR on the loopback interface, after it has printed its address
package main

import (
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "hex:", err)
		os.Exit(1)
	}
}

type weightFlag map[string]int

func (w weightFlag) String() string { return "" }

func (w weightFlag) Set(text string) error {
	app, number, _ := strings.Cut(text, "=")
	weight, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("expected APP=NUMBER, found %q", text)
	}
	w[app] = weight
	return nil
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("usage: hex make|quickstart|serve -dir DIR")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	dir := flags.String("dir", "", "where the files are")
	weights := weightFlag{}
	flags.Var(weights, "weight", "APP=NUMBER, of make")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() > 0 {
		return fmt.Errorf("usage: hex %s -dir DIR", args[0])
	}
	switch args[0] {
	case "make":
		p, err := newPlan(weights)
		if err != nil {
			return err
		}
		for _, app := range sortedKeys(p.dependents) {
			fmt.Println(app, p.dependents[app])
		}
		return p.write(*dir)
	case "quickstart":
		return quickstart(*dir)
	case "serve":
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		fmt.Printf("http://%s\n", listener.Addr())
		return http.Serve(listener, http.FileServer(http.Dir(*dir)))
	}
	return fmt.Errorf("expected make, quickstart or serve, found %q", args[0])
}
