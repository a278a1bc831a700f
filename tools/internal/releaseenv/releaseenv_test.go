// SPDX-License-Identifier: Apache-2.0

package releaseenv

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct{ in, want, err string }{
		{in: ""},
		{in: "#!/bin/sh\n\n  # export A=$(x)\n\t\n"},
		{in: "export RELEASE_DISTRIBUTION=none", want: "RELEASE_DISTRIBUTION=none\n"},
		{in: "\texport  A=a@127.0.0.1   # why\nexport B=\n", want: "A=a@127.0.0.1\nB=\n"},
		{in: "export A='a $b \"c\" #'\nexport B=\"it's #1 = ä\"\n", want: "A=a $b \"c\" #\nB=it's #1 = ä\n"},
		{in: "export A=1\nexport B=2\nexport A=3\n", want: "A=3\nB=2\n"},
		{in: "export A=1\nB=2\n", err: "env.sh:2: expected a literal `export NAME=VALUE`, found \"B=2\", which needs a shell"},
		{in: "export A=$B", err: "env.sh:1"},
		{in: "export A=\"$(hostname)\"", err: "env.sh:1"},
		{in: "export A=`x`", err: "env.sh:1"},
		{in: "export A=a\\ b", err: "env.sh:1"},
		{in: "export A=a b", err: "env.sh:1"},
		{in: "export A=a#b", err: "env.sh:1"},
		{in: "export A='a'b", err: "env.sh:1"},
		{in: "export A=1; x", err: "env.sh:1"},
		{in: "export A=~/x", err: "env.sh:1"},
		{in: "export A='a\nb'", err: "env.sh:1"},
		{in: "export 1A=b", err: "env.sh:1"},
		{in: "export A='a\r'", err: "env.sh:1"},
		{in: "case $RELEASE_COMMAND in\n", err: "env.sh:1"},
	} {
		variables, err := Parse("env.sh", []byte(test.in))
		if got := string(Format(variables)); got != test.want {
			t.Errorf("%q: got %q, expected %q", test.in, got, test.want)
		}
		if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
			t.Errorf("%q: got error %v, expected %q", test.in, err, test.err)
		}
	}
}

// What is accepted means the same to a shell.
func FuzzParse(f *testing.F) {
	f.Add([]byte("export A=a\nexport B='b c'\nexport C=\"d # e\" # f\n"))
	f.Add([]byte("export A=b=c:d\n"))
	shell, shellErr := exec.LookPath("sh")
	f.Fuzz(func(t *testing.T, data []byte) {
		variables, err := Parse("f", data)
		if err != nil {
			return
		}
		for _, v := range variables {
			if strings.ContainsAny(v.Value, "\n\x00") || !bytes.Contains(data, []byte(v.Name)) {
				t.Fatalf("%q: strange variable %+v", data, v)
			}
			if shellErr != nil {
				continue
			}
			cmd := exec.Command(shell, "-c", string(data)+"\nprintf %s \"$"+v.Name+"\"")
			cmd.Env = []string{}
			if out, err := cmd.CombinedOutput(); err != nil || string(out) != v.Value {
				t.Fatalf("%q: %s is %q for a shell (%v), %q here", data, v.Name, out, err, v.Value)
			}
		}
	})
}
