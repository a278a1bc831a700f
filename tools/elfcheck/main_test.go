// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	const noELF = "expected an ELF file, found 15 bytes that begin with \"#!/root/\"\n"
	for _, test := range []struct {
		args   string
		status int
		stderr string
		err    string // a part of it
	}{
		{args: "-machine x86_64 empty.a"},
		{
			args: "-machine x86_64 -max-size 7 script empty.a", status: 1,
			stderr: "script: expected at most 7 bytes, found 15 bytes, 8 too many\n" +
				"script: " + noELF +
				"script: expected not to hold \"/root/\", found \"#!/root/bin/sh\" at offset 0x2\n" +
				"empty.a: expected at most 7 bytes, found 8 bytes, 1 too many\n" +
				"elfcheck: 4 expectations not met: correct the flags of the build; a forbidden string that belongs there can be allowed with -allow\n",
		},
		{
			args: "-machine x86_64 -allow #!/root/ script", status: 1,
			stderr: "script: " + noELF + "elfcheck: 1 expectations not met: correct the flags of the build; a forbidden string that belongs there can be allowed with -allow\n",
		},
		{
			args: "-machine x86_64 -no-default-forbid -forbid bin -forbid sh script", status: 1,
			stderr: "script: " + noELF +
				"script: expected not to hold \"bin\", found \"#!/root/bin/sh\" at offset 0x8\n" +
				"script: expected not to hold \"sh\", found \"#!/root/bin/sh\" at offset 0xc\n" +
				"elfcheck: 3 expectations not met: correct the flags of the build; a forbidden string that belongs there can be allowed with -allow\n",
		},
		{args: "-machine x86_64", status: 2, err: "no file given"},
		{args: "empty.a", status: 2, err: `machine "": expected x86_64 or aarch64`},
		{args: "-machine x86_64 missing empty.a", status: 2, err: "open missing"},
		{args: "-machine x86_64 -pie -no-pie empty.a", status: 2, err: "cannot be both"},
	} {
		t.Run(test.args, func(t *testing.T) {
			t.Chdir(t.TempDir())
			for name, text := range map[string]string{"empty.a": "!<arch>\n", "script": "#!/root/bin/sh\n"} {
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			var stderr strings.Builder
			status, err := run(strings.Fields(test.args), &stderr)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if stderr.String() != test.stderr {
				t.Errorf("stderr\n%swant\n%s", &stderr, test.stderr)
			}
			if err == nil && test.err != "" || err != nil && (test.err == "" || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
		})
	}
}
