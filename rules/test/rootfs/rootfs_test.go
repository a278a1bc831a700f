// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"rules_elixir_vm/tools/built"
)

func read(t *testing.T, variable string) string {
	t.Helper()
	return string(built.Read(t, variable))
}

// run gives input to one of the pinned programs.
func run(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(built.Runfile(t, "rules_elixir_vm/toolchains/build_tools/gnu/"+program), args...)
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
	cmd.Stdin = strings.NewReader(input)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%s %v: %v: %s", program, args, err, errs.String())
	}
	return string(out)
}

// size of BusyBox, which an update may change.
func size(t *testing.T, lines []string, name string, column int) string {
	t.Helper()
	for _, line := range lines {
		if strings.HasSuffix(line, " "+name) {
			return strings.Fields(line)[column]
		}
	}
	t.Fatalf("no %s in\n%s", name, strings.Join(lines, "\n"))
	return ""
}

func TestImage(t *testing.T) {
	image := read(t, "IMAGE_none")
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(run(t, image, "cpio", "--quiet", "-itvn")), "\n") {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := []string{
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 .",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 bin",
		"-rwxr-xr-x 1 0 0 " + size(t, got, "bin/busybox", 4) + " Jan 1 1970 bin/busybox",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 dev",
		"crw------- 1 0 0 5, 1 Jan 1 1970 dev/console",
		"brw-rw---- 1 0 6 254, 0 Jan 1 1970 dev/vda",
		"drwxr-x--- 2 0 0 0 Jan 1 1970 etc",
		"-rw-r--r-- 1 0 0 20 Jan 1 1970 etc/hosts",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 etc/init.d",
		"-rwxr-xr-x 1 0 0 18 Jan 1 1970 etc/init.d/app",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 etc/ssh",
		"-rw------- 1 74 74 20 Jan 1 1970 etc/ssh/key",
		"-rw-r--r-- 1 0 0 20 Jan 1 1970 etc/über uns",
		"lrwxrwxrwx 1 1 1 9 Jan 1 1970 hosts -> etc/hosts",
		"-rwx------ 1 0 0 18 Jan 1 1970 init",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 proc",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 srv",
		"drwxr-xr-x 2 0 0 0 Jan 1 1970 srv/app",
		"drwxr-xr-x 2 1000 1000 0 Jan 1 1970 srv/app/bin",
		"-rwxr-xr-x 1 1000 1000 4 Jan 1 1970 srv/app/bin/app",
		"drwxr-x--- 2 1000 1000 0 Jan 1 1970 srv/app/data",
		"lrwxrwxrwx 1 1000 1000 10 Jan 1 1970 srv/app/data/link -> ../bin/app",
		"-rw------- 1 1000 1000 7 Jan 1 1970 srv/app/data/secret",
		"drwxrwxrwt 2 0 0 0 Jan 1 1970 tmp",
	}
	for _, applet := range strings.Fields(read(t, "APPLETS")) {
		if applet != "bin/busybox" {
			want = append(want, "lrwxrwxrwx 1 0 0 12 Jan 1 1970 "+applet+" -> /bin/busybox")
		}
	}
	// Where BusyBox has applets.
	for _, dir := range []string{"sbin", "usr", "usr/bin", "usr/sbin"} {
		want = append(want, "drwxr-xr-x 2 0 0 0 Jan 1 1970 "+dir)
	}
	compare(t, got, want)

	for name, want := range map[string]string{
		"etc/hosts": "127.0.0.1 localhost\n", "init": "#!/bin/sh\nexec sh\n", "srv/app/data/secret": "secret\n", "srv/app/bin/app": "app\n",
	} {
		if got := run(t, image, "cpio", "--quiet", "-i", "--to-stdout", name); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if len(image)%512 != 0 {
		t.Errorf("%d bytes are no whole number of blocks", len(image))
	}
	if image != read(t, "SAME") {
		t.Error("the same tree, asked for in another way, gave other bytes")
	}
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("not expected: %s", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("missing: %s", line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d entries, want %d", len(got), len(want))
	}
}

func TestPostBuild(t *testing.T) {
	got := strings.Split(strings.TrimSpace(read(t, "CHANGED")), "\n")
	compare(t, got, []string{
		"d 0755 0:0 - /",
		"d 0755 0:0 - /dev",
		"c 0600 0:0 1,3 /dev/null",
		"d 0750 0:0 - /etc",
		"f 0755 0:0 12 /etc/added",
		"f 0644 0:0 20 /etc/hosts",
		"d 0755 0:0 - /proc",
		"d 0755 0:0 - /srv",
		"d 0755 0:0 - /srv/app",
		"d 0755 1000:1000 - /srv/app/bin",
		"f 0755 1000:1000 4 /srv/app/bin/app",
		"d 0750 1000:1000 - /srv/app/data",
		"l 0777 1000:1000 - /srv/app/data/link -> ../bin/app",
		"f 0600 1000:1000 7 /srv/app/data/secret",
	})
	built.Messages(t, map[string][]string{
		"device":  {`member "dev/null" is no file, directory or link; devices stay as the target declares them`},
		"fail":    {`//rules/test/rootfs:post_build_fail: step "post_build @@//e2e/hook:exec" failed: exit status 1`, "| hook: as asked"},
		"late":    {`step "check" failed: exit status 1`, `has the time 2001-09-09T01:46:40Z; give every member the time 0`},
		"nothing": {"treetar: the archive that was made: opening archive: open tree.tar: no such file or directory"},
		"shuffle": {"; sort the members by name"},
	})
}

func TestListing(t *testing.T) {
	listing := strings.Split(strings.TrimSpace(read(t, "LISTING")), "\n")
	var got []string
	for _, line := range listing {
		if !strings.HasSuffix(line, " -> /bin/busybox") {
			got = append(got, line)
		}
	}
	want := []string{
		"d 0755 0:0 - /",
		"d 0755 0:0 - /bin",
		"f 0755 0:0 " + size(t, got, "/bin/busybox", 3) + " /bin/busybox",
		"d 0755 0:0 - /dev",
		"c 0600 0:0 5,1 /dev/console",
		"b 0660 0:6 254,0 /dev/vda",
		"d 0750 0:0 - /etc",
		"f 0644 0:0 20 /etc/hosts",
		"d 0755 0:0 - /etc/init.d",
		"f 0755 0:0 18 /etc/init.d/app",
		"d 0755 0:0 - /etc/ssh",
		"f 0600 74:74 20 /etc/ssh/key",
		"f 0644 0:0 20 /etc/über uns",
		"l 0777 1:1 - /hosts -> etc/hosts",
		"f 0700 0:0 18 /init",
		"d 0755 0:0 - /proc",
		"d 0755 0:0 - /sbin",
		"d 0755 0:0 - /srv",
		"d 0755 0:0 - /srv/app",
		"d 0755 1000:1000 - /srv/app/bin",
		"f 0755 1000:1000 4 /srv/app/bin/app",
		"d 0750 1000:1000 - /srv/app/data",
		"l 0777 1000:1000 - /srv/app/data/link -> ../bin/app",
		"f 0600 1000:1000 7 /srv/app/data/secret",
		"d 1777 0:0 - /tmp",
		"d 0755 0:0 - /usr",
		"d 0755 0:0 - /usr/bin",
		"d 0755 0:0 - /usr/sbin",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !slices.Contains(listing, "l 0777 0:0 - /bin/sh -> /bin/busybox") {
		t.Error("no /bin/sh")
	}
}

func TestCompression(t *testing.T) {
	image := read(t, "IMAGE_none")
	sizes := fmt.Sprint("none ", len(image))
	for _, compression := range []string{"gzip", "zstd", "xz"} {
		packed := read(t, "IMAGE_"+compression)
		if got := run(t, packed, compression, "-d", "-c"); got != image {
			t.Errorf("%s: %d bytes come out where %d went in", compression, len(got), len(image))
		}
		sizes += fmt.Sprint(", ", compression, " ", len(packed))
	}
	t.Log(sizes)
}
