// SPDX-License-Identifier: Apache-2.0

package nif

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

func untar(t *testing.T, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := built.Unpack(built.File(t, name), dir, 0); err != nil {
		t.Fatal(err)
	}
	return dir
}

// The emulator has the functions in C of a module inside.
func TestCall(t *testing.T) {
	otp, counter := untar(t, "OTP"), untar(t, "COUNTER")
	cmd := exec.Command(filepath.Join(otp, "bin/erl"), "-noshell", "-pa", filepath.Join(counter, "counter/ebin"), "-eval",
		`io:format("~p ~p ~p~n", [counter:add(1), counter:add(41), catch counter:add(x)]), halt().`)
	cmd.Env = []string{"HOME=" + otp, "LC_ALL=C.UTF-8"}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "101 142 {'EXIT',{badarg,") {
		t.Errorf("got %v:\n%s", err, out)
	}
}
