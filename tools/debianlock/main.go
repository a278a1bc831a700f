// SPDX-License-Identifier: Apache-2.0

// Debianlock writes and checks third_party/debian/lock.json, the list of every
// file that the build takes from the Debian archive.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"

	"rules_elixir_vm/tools/internal/debian"
)

const usage = `usage:
  debianlock update [flags]   resolve packages.json on the mirror and rewrite lock.json
  debianlock check  [flags]   is lock.json sound, made from packages.json, and still what the mirror has?
flags:
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	err := run(ctx, os.Args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "debianlock:", err)
		os.Exit(1)
	}
}

// errUsage stands for a command line error that was already printed.
var errUsage = errors.New("usage")

func run(ctx context.Context, args []string) error {
	var command string
	if len(args) > 0 {
		command, args = args[0], args[1:]
	}
	flags := flag.NewFlagSet("debianlock", flag.ContinueOnError)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	c := debian.Config{Out: os.Stdout, Err: os.Stderr}
	flags.StringVar(&c.Mirror, "mirror", "", "`address` of the Debian archive (default: "+debian.MirrorEnv+", else the one of the host's apt)")
	flags.StringVar(&c.Packages, "packages", "", "`file` with what is wanted (default: third_party/debian/packages.json)")
	flags.StringVar(&c.Lock, "lock", "", "the lock `file` (default: third_party/debian/lock.json)")
	flags.Func("keyring", "`file` with the archive's OpenPGP keys; may be repeated (default: the host's)", func(f string) error {
		c.Keyrings = append(c.Keyrings, f)
		return nil
	})
	var offline *bool
	switch command {
	case "check":
		offline = flags.Bool("offline", false, "look at the files only, do not ask the mirror")
	case "update":
	case "help", "-h", "-help", "--help":
		flags.SetOutput(os.Stdout)
		flags.Usage()
		return nil
	default:
		fmt.Fprintf(os.Stderr, "debianlock: %q is not a command\n", command)
		flags.Usage()
		return errUsage
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return errUsage
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "debianlock: %q is not expected after the flags\n", flags.Args())
		flags.Usage()
		return errUsage
	}
	c.Packages, c.Lock = fromCaller(c.Packages), fromCaller(c.Lock)
	for i, f := range c.Keyrings {
		c.Keyrings[i] = fromCaller(f)
	}
	if c.Packages == "" || c.Lock == "" {
		root, err := debian.WorkspaceDir()
		if err != nil {
			return err
		}
		dir := filepath.Join(root, "third_party", "debian")
		if c.Packages == "" {
			c.Packages = filepath.Join(dir, "packages.json")
		}
		if c.Lock == "" {
			c.Lock = filepath.Join(dir, "lock.json")
		}
	}
	if command == "check" {
		return debian.Check(ctx, c, *offline)
	}
	return debian.Update(ctx, c)
}

// fromCaller takes a relative path from where `bazel run` was called: it starts
// the program in another directory.
func fromCaller(file string) string {
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); file != "" && dir != "" && !filepath.IsAbs(file) {
		return filepath.Join(dir, file)
	}
	return file
}
