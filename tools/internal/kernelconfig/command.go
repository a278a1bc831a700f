// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"rules_elixir_vm/tools/internal/kconfig"
)

// ErrUsage is in the error of a wrong command line.
var ErrUsage = errors.New("usage")

// Run carries out the command with the user's arguments and returns its exit status.
func (c *Command) Run(args []string, stdout, stderr io.Writer) (int, error) {
	usage := map[string]string{
		"menuconfig": `takes no arguments: it opens the menu and prints what must be added to the kernel's fragments`,
		"savefragment": `[-f] FILE: opens the menu and writes what must be added to the kernel's fragments to FILE;
  if FILE is such a fragment already, the menu begins with it; -f lets it be one that was written by hand`,
		"diffconfig": `A B: compares configurations, of ` + strings.Join(slices.Sorted(maps.Keys(c.Configs)), ", ") + ` or of .config files;
  exit status 0: equal, 1: not`,
	}[c.Command]
	flags := flag.NewFlagSet(c.Command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	force, wanted := false, 0
	switch c.Command {
	case "savefragment":
		flags.BoolVar(&force, "f", false, "")
		wanted = 1
	case "diffconfig":
		wanted = 2
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stdout, c.Command, usage)
		return 0, nil
	} else if err != nil {
		return 2, fmt.Errorf("%w\n%w: %s", err, ErrUsage, usage)
	}
	if flags.NArg() != wanted {
		return 2, fmt.Errorf("%d arguments, expected %d\n%w: %s", flags.NArg(), wanted, ErrUsage, usage)
	}
	switch c.Command {
	case "menuconfig":
		return c.menuconfig(stdout, stderr)
	case "savefragment":
		return c.savefragment(flags.Arg(0), force, stdout, stderr)
	default:
		return c.diffconfig(flags.Arg(0), flags.Arg(1), stdout)
	}
}

func (c *Command) menuconfig(stdout, stderr io.Writer) (int, error) {
	fmt.Fprintf(stderr, "Opening the menu of %s ...\n", c.Menu.Label)
	text, err := c.edit(nil)
	if err != nil {
		return 1, err
	}
	if empty(text) {
		fmt.Fprintf(stderr, "The configuration of %s was not changed.\n", c.Menu.Label)
		return 0, nil
	}
	fmt.Fprintf(stderr, "Put this into a file and name it in the config of %s, or do it again with kernel_savefragment:\n\n", c.Menu.Label)
	_, err = stdout.Write(text)
	return 0, err
}

func (c *Command) savefragment(name string, force bool, stdout, stderr io.Writer) (int, error) {
	file, err := newTarget(name, force)
	if err != nil {
		return 2, err
	}
	fmt.Fprintf(stderr, "Opening the menu of %s for %s ...\n", c.Menu.Label, name)
	text, err := c.edit(file)
	if err != nil {
		return 1, err
	}
	if empty(text) && !file.exists {
		fmt.Fprintf(stderr, "The configuration of %s was not changed; %s is not written.\n", c.Menu.Label, name)
		return 0, nil
	}
	if err := file.write(text); err != nil {
		// The user's work must not be lost.
		stdout.Write(text)
		return 1, fmt.Errorf("%s could not be written, so it is printed above: %w", name, err)
	}
	fmt.Fprintf(stderr, "%s is written. If it is not yet in the config of %s, add it there.\n", name, c.Menu.Label)
	return 0, nil
}

// empty says whether a fragment that we wrote asks for nothing.
func empty(fragment []byte) bool {
	options, err := kconfig.ParseFragment("", fragment)
	return err == nil && len(options) == 0
}

func (c *Command) diffconfig(a, b string, stdout io.Writer) (int, error) {
	root, err := c.execRoot()
	if err != nil {
		return 2, err
	}
	var configs []kconfig.Config
	for _, name := range []string{a, b} {
		path := fromCaller(name)
		if config, ok := c.Configs[name]; ok {
			path = filepath.Join(root, config)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return 2, fmt.Errorf("%s is neither one of %s nor a file that can be read: %w", name, strings.Join(slices.Sorted(maps.Keys(c.Configs)), ", "), err)
		}
		config, err := kconfig.ParseConfig(name, data)
		if err != nil {
			return 2, err
		}
		configs = append(configs, config)
	}
	lines := kconfig.Diff(configs[0], configs[1])
	for _, line := range lines {
		if _, err := fmt.Fprintln(stdout, line); err != nil {
			return 2, err
		}
	}
	return min(len(lines), 1), nil
}
