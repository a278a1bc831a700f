// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// quickstart writes what the project of docs/quickstart.md has from Hex: mix.lock, and in mirror a package with the name of
// the guide's and the one function of it that the guide calls. The real one is out of reach where there is no network.
func quickstart(dir string) error {
	jason := &pkg{
		app: "jason", version: "1.4.4", tools: []string{"mix"}, description: "Stands in for a package of Hex.",
		files: map[string]string{
			"mix.exs": mixExs("jason", "1.4.4"),
			"lib/jason.ex": `defmodule Jason do
  def encode!(%{} = map) do
    "{" <> Enum.map_join(map, ",", fn {key, text} -> inspect(to_string(key)) <> ":" <> inspect(text) end) <> "}"
  end
end
`,
		},
	}
	tarball, err := jason.tarball()
	if err != nil {
		return fmt.Errorf("package jason: %w", err)
	}
	tarballs := filepath.Join(dir, "mirror", "tarballs")
	if err := os.MkdirAll(tarballs, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tarballs, "jason-1.4.4.tar"), tarball, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "mix.lock"), []byte(lock(map[string]string{"jason": jason.lockEntry(tarball)})), 0o644)
}
