// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"

	"rules_elixir_vm/tools/internal/archive"
)

// MirrorEnv names the mirror's address in the environment.
const MirrorEnv = "DEBIAN_MIRROR"

// KeyringEnv names a keyring file; `bazel run` sets it to the pinned one.
const KeyringEnv = "DEBIAN_KEYRING"

// hostKeyrings are the places where Debian's package debian-archive-keyring
// installs its keys.
var hostKeyrings = []string{
	"/usr/share/keyrings/debian-archive-keyring.pgp",
	"/usr/share/keyrings/debian-archive-keyring.gpg",
}

// FindMirror decides which mirror to ask: the flag's, the environment's, or the
// one that the host's apt uses.
func FindMirror(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if env := os.Getenv(MirrorEnv); env != "" {
		return env, nil
	}
	const remedy = "name a mirror with -mirror or " + MirrorEnv
	cmd := exec.Command("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Identifier: Packages")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("no mirror: %s is not set and this host has no apt to ask; %s", MirrorEnv, remedy)
	}
	if err != nil {
		return "", fmt.Errorf("no mirror: %s is not set and asking apt failed: %w: %s; %s", MirrorEnv, err, strings.TrimSpace(stderr.String()), remedy)
	}
	mirror := mirrorOf(string(out))
	if mirror == "" {
		return "", fmt.Errorf("no mirror: %s is not set and apt knows no Debian archive (run apt-get update if its lists are empty); %s", MirrorEnv, remedy)
	}
	return mirror, nil
}

// mirrorOf finds the Debian archive's own address among apt's "origin|label|uri"
// lines; the security archive and third parties have other labels.
func mirrorOf(targets string) string {
	for _, line := range strings.Split(targets, "\n") {
		f := strings.SplitN(line, "|", 3)
		if len(f) == 3 && f[0] == "Debian" && f[1] == "Debian" && (strings.HasPrefix(f[2], "http://") || strings.HasPrefix(f[2], "https://")) {
			return f[2]
		}
	}
	return ""
}

// ReadKeyrings reads OpenPGP keyrings, binary or armored; without any, the
// environment's, or the one that the host has.
func ReadKeyrings(files []string) (openpgp.EntityList, error) {
	if env := os.Getenv(KeyringEnv); len(files) == 0 && env != "" {
		files = []string{env}
	}
	if len(files) == 0 {
		for _, f := range hostKeyrings {
			if _, err := os.Stat(f); err == nil {
				files = []string{f}
				break
			}
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no keyring: none of %s exists; name one with -keyring (the file comes with Debian's package debian-archive-keyring)", strings.Join(hostKeyrings, ", "))
	}
	var all openpgp.EntityList
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("keyring: %w", err)
		}
		read := openpgp.ReadKeyRing
		if bytes.HasPrefix(data, []byte("-----BEGIN PGP")) {
			read = openpgp.ReadArmoredKeyRing
		}
		keys, err := read(bytes.NewReader(data))
		if err != nil {
			return nil, fmt.Errorf("keyring %s: %w: expected OpenPGP public keys, binary or armored", f, err)
		}
		all = append(all, keys...)
	}
	return all, nil
}

// WorkspaceDir is the root of the source tree: what `bazel run` says, or the
// nearest folder upwards with a MODULE.bazel.
func WorkspaceDir() (string, error) {
	if dir := os.Getenv("BUILD_WORKSPACE_DIRECTORY"); dir != "" {
		return dir, nil
	}
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("looking for the source tree: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "MODULE.bazel")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no MODULE.bazel in %s or above it: run this with `bazel run`, inside the source tree, or with -packages and -lock", start)
		}
	}
}

// writeFile replaces the file as a whole or leaves it alone.
func writeFile(name string, data []byte) error {
	return archive.CreateFile(name, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
