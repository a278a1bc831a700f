// SPDX-License-Identifier: Apache-2.0

package kernelconfig

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"rules_elixir_vm/tools/internal/kconfig"
	"rules_elixir_vm/tools/internal/strictjson"
)

// Layout names the fragments of a kernel, in order, below the work directory.
type Layout struct {
	Before []string `json:"before"`
	Edited string   `json:"edited"` // empty: there is none yet
	After  []string `json:"after"`
}

// readLayout returns the options of the fragments that the file at path names.
func readLayout(path string) (f Fragments, edited []kconfig.Option, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return f, nil, err
	}
	var layout Layout
	if err := strictjson.Decode(data, &layout); err != nil {
		return f, nil, fmt.Errorf("%s: %w", path, err)
	}
	read := func(names []string) (options []kconfig.Option, err error) {
		for _, name := range names {
			data, err := os.ReadFile(filepath.Join(filepath.Dir(path), name))
			if err != nil {
				return nil, err
			}
			more, err := kconfig.ParseFragment(name, data)
			if err != nil {
				return nil, err
			}
			options = append(options, more...)
		}
		return options, nil
	}
	if f.Before, err = read(layout.Before); err != nil {
		return f, nil, err
	}
	if layout.Edited != "" {
		if edited, err = read([]string{layout.Edited}); err != nil {
			return f, nil, err
		}
	}
	f.After, err = read(layout.After)
	return f, edited, err
}

// Start is a step: it makes the configuration that the menu begins with, by the command for allnoconfig.
func Start(layout string, command []string) error {
	f, edited, err := readLayout(layout)
	if err != nil {
		return err
	}
	config, err := filepath.Abs(".config")
	if err != nil {
		return err
	}
	_, err = evaluate(command, config, f.With(edited))
	return err
}

// Save is a step: it writes to out, for the label, the smallest fragment that makes the .config.
func Save(layout, label, out string, progress io.Writer, command []string) error {
	f, _, err := readLayout(layout)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(".config")
	if err != nil {
		return err
	}
	want, err := kconfig.ParseConfig(".config", data)
	if err != nil {
		return err
	}
	scratch, err := filepath.Abs(".config.minimize")
	if err != nil {
		return err
	}
	fmt.Fprint(progress, "Looking for the fewest lines that make this configuration ")
	minimal, err := Minimize(f, want, func(options []kconfig.Option) (kconfig.Config, error) {
		fmt.Fprint(progress, ".")
		return evaluate(command, scratch, options)
	})
	fmt.Fprintln(progress)
	if err != nil {
		return err
	}
	return os.WriteFile(out, formatFragment(label, minimal), 0o644)
}

// evaluate has the command make the file config of options.
func evaluate(command []string, config string, options []kconfig.Option) (kconfig.Config, error) {
	all := config + ".all"
	if err := os.WriteFile(all, kconfig.Format(options), 0o644); err != nil {
		return nil, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "KCONFIG_ALLCONFIG="+all, "KCONFIG_CONFIG="+config)
	if output, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", command[0], err, output)
	}
	data, err := os.ReadFile(config)
	if err != nil {
		return nil, err
	}
	return kconfig.ParseConfig(config, data)
}
