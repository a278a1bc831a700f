// SPDX-License-Identifier: Apache-2.0

package initramfs

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"

	"rules_elixir_vm/tools/built"
	"rules_elixir_vm/tools/internal/filetree"
)

// tool is the path of a pinned program or, under plain "go test", of the system's.
func tool(t *testing.T, name string) string {
	t.Helper()
	if os.Getenv("TEST_SRCDIR") == "" {
		path, err := exec.LookPath(name)
		if err != nil {
			t.Skipf("%v; the pinned one is there in: bazel test //tools/internal/initramfs:all", err)
		}
		return path
	}
	return built.Runfile(t, "rules_elixir_vm/toolchains/build_tools/gnu/"+name)
}

// content is a spec of one file of size bytes in the current directory: half of it random, half easy to compress.
func content(t *testing.T, size int) *filetree.Spec {
	t.Helper()
	data := make([]byte, size)
	random := rand.New(rand.NewPCG(1, uint64(size)))
	for i := range size / 2 {
		data[i] = byte(random.Uint32())
	}
	if err := os.WriteFile("f", data, 0o644); err != nil {
		t.Fatal(err)
	}
	return &filetree.Spec{Label: "//x", Entries: []filetree.Entry{{Path: "/f", Kind: "file", Mode: "0644", Owner: "0:0", Source: "f", Origin: "//x"}}}
}

func make1(t *testing.T, spec *filetree.Spec, c Compression) []byte {
	t.Helper()
	if err := WriteFile(spec, "out", c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("out")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestCompression(t *testing.T) {
	for _, kind := range []string{"gzip", "zstd", "xz"} {
		program := tool(t, kind)
		for _, size := range []int{0, 100, 5000, 1 << 20, 3 << 20} {
			t.Run(fmt.Sprintf("%s/%d", kind, size), func(t *testing.T) {
				t.Chdir(t.TempDir())
				spec := content(t, size)
				plain := make1(t, spec, Compression{Kind: "none"})
				packed := make1(t, spec, Compression{kind, program})
				// Another time, other options in the environment.
				t.Setenv("XZ_OPT", "-0")
				t.Setenv("ZSTD_CLEVEL", "1")
				t.Setenv("GZIP", "-1")
				if !bytes.Equal(packed, make1(t, spec, Compression{kind, program})) {
					t.Error("the second time gave other bytes")
				}
				if left, _ := filepath.Glob(".*"); len(left) > 0 {
					t.Errorf("left behind: %v", left)
				}
				var r io.Reader
				var err error
				switch kind {
				case "gzip":
					r, err = gzip.NewReader(bytes.NewReader(packed))
					if err == nil {
						if h := r.(*gzip.Reader).Header; h.Name != "" || !h.ModTime.IsZero() || h.Comment != "" {
							t.Errorf("the header has %+v", h)
						}
					}
				case "zstd":
					r, err = zstd.NewReader(bytes.NewReader(packed))
					checkZstd(t, packed, int64(len(plain)))
				case "xz":
					// Refuses a content that needs more than the dictionary we said.
					r, err = xz.ReaderConfig{DictCap: int(max(dictionary(int64(len(plain))), lzma.MinDictCap)), SingleStream: true}.NewReader(bytes.NewReader(packed))
					checkXz(t, packed, int64(len(plain)))
				}
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%d bytes come out where %d went in, %v", len(got), len(plain), err)
				}
			})
		}
	}
}

// checkZstd looks into the frame header: RFC 8878, 3.1.1.1.
func checkZstd(t *testing.T, packed []byte, size int64) {
	t.Helper()
	var h zstd.Header
	if err := h.Decode(packed); err != nil {
		t.Fatal(err)
	}
	if !h.HasFCS || h.FrameContentSize != uint64(size) {
		t.Errorf("the frame says %v, %d bytes; expected %d", h.HasFCS, h.FrameContentSize, size)
	}
	window := h.WindowSize
	if h.SingleSegment {
		window = h.FrameContentSize
	}
	if window > uint64(size) || window > 128<<20 {
		t.Errorf("a window of %d bytes for a content of %d", window, size)
	}
}

// checkXz looks into the headers of stream and block: the .xz file format, 2.1.1 and 3.1.
func checkXz(t *testing.T, packed []byte, size int64) {
	t.Helper()
	if check := packed[7]; check != 1 {
		t.Errorf("check %d; expected 1, CRC32", check)
	}
	// Size of the header; one filter and no sizes; LZMA2 with one byte of properties.
	if packed[13] != 0 || packed[14] != 0x21 || packed[15] != 1 {
		t.Fatalf("block header % x", packed[12:24])
	}
	bits := int(packed[16])
	if got := int64(2|bits&1) << (bits/2 + 11); got != dictionary(size) {
		t.Errorf("a dictionary of %d bytes for a content of %d; expected %d", got, size, dictionary(size))
	}
}

func TestDictionary(t *testing.T) {
	for size, want := range map[int64]int64{
		0: 4 << 10, 4 << 10: 4 << 10, 4<<10 + 1: 6 << 10, 6<<10 + 1: 8 << 10, 512 << 10: 512 << 10, 512<<10 + 1: 768 << 10,
		768<<10 + 1: 1 << 20, 1 << 20: 1 << 20, 1<<20 + 1: 1 << 20, 1 << 40: 1 << 20,
	} {
		if got := dictionary(size); got != want {
			t.Errorf("dictionary(%d) = %d, want %d", size, got, want)
		}
	}
}

func TestCompressionErrors(t *testing.T) {
	xzProgram := tool(t, "xz")
	t.Chdir(t.TempDir())
	// A script would need a shell: programs that fail are those that do not know the arguments, or go away early.
	for _, test := range []struct {
		c    Compression
		want string
	}{
		{Compression{"lz4", "lz4"}, `//x: making the initramfs: compression "lz4" is unknown; expected none, gzip, zstd or xz`},
		{Compression{"", ""}, `compression "" is unknown`},
		{Compression{"xz", ""}, "compression xz needs the program that does it"},
		{Compression{"none", "xz"}, "compression none takes no program"},
		{Compression{"xz", "./none"}, "starting ./none: fork/exec ./none: no such file"},
		{Compression{"zstd", xzProgram}, "compressing by " + xzProgram + " --ultra -22 "},
	} {
		err := WriteFile(content(t, 1<<20), "out", test.c)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %s", test.c, err, test.want)
		}
		if left, _ := filepath.Glob("*out*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// GNU cpio reads what was written, device numbers and all.
func TestGNU(t *testing.T) {
	program := tool(t, "cpio")
	cpio := func(t *testing.T, archive []byte, args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = []string{"LC_ALL=C", "TZ=UTC"}
		cmd.Stdin = bytes.NewReader(archive)
		var errs strings.Builder
		cmd.Stderr = &errs
		out, err := cmd.Output()
		if err != nil || errs.Len() > 0 {
			t.Fatalf("%v: %v: %s", args, err, errs.String())
		}
		return string(out)
	}
	archive := newc(t, load(t, oneOfEach, map[string]string{"/etc/hosts": "host\n"}))
	var got []string
	for _, line := range strings.Split(cpio(t, archive, "--quiet", "-itvn"), "\n") {
		got = append(got, strings.Join(strings.Fields(line), " "))
	}
	want := `drwxr-xr-x 2 0 0 0 Jan 1 1970 .
drwxr-xr-x 2 0 0 0 Jan 1 1970 dev
crw------- 1 0 5 5, 1 Jan 1 1970 dev/console
brw-rw---- 1 0 0 4095, 1048575 Jan 1 1970 dev/disk
drwxr-xr-x 2 0 0 0 Jan 1 1970 etc
-rw-r----- 1 1 2 5 Jan 1 1970 etc/hosts
lrwxrwxrwx 1 0 0 6 Jan 1 1970 sh -> bin/sh
drwxrwxrwt 2 65534 4294967294 0 Jan 1 1970 tmp
`
	if got := strings.Join(got, "\n"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}

	// And what it extracts is what went in. Not devices and owners: those need root.
	for seed := range uint64(20) {
		entries, contents := randomTree(rand.New(rand.NewPCG(seed, 1)))
		kept := entries[:0]
		for _, e := range entries {
			e.Owner = fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
			if e.Kind == "directory" {
				e.Mode = "0755"
			}
			if e.Kind != "device" {
				kept = append(kept, e)
			}
		}
		archive := newc(t, load(t, kept, contents))
		t.Chdir(t.TempDir())
		cpio(t, archive, "--quiet", "-idm", "--no-absolute-filenames")
		for _, e := range kept {
			path := strings.TrimPrefix(e.Path, "/")
			info, err := os.Lstat(path)
			if err != nil {
				t.Error(err)
				continue
			}
			switch e.Kind {
			case "symlink":
				if target, err := os.Readlink(path); err != nil || target != e.Target {
					t.Errorf("%s -> %q, %v; want %q", path, target, err, e.Target)
				}
				continue
			case "file":
				if err := os.Chmod(path, 0o600); err != nil {
					t.Fatal(err)
				}
				if got, err := os.ReadFile(path); err != nil || string(got) != contents[e.Path] {
					t.Errorf("%s: %d bytes, %v; want %d", path, len(got), err, len(contents[e.Path]))
				}
			}
			if got := fmt.Sprintf("%04o", info.Mode().Perm()); got[1:] != e.Mode[1:] {
				t.Errorf("%s: mode %s; want %s", path, got, e.Mode)
			}
		}
	}
}

// What the tars hold comes as it was packed; the rest follows, with every directory.
func TestPacked(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, member := range map[string]string{"a.tar": "one", "b.tar": "two"} {
		var data bytes.Buffer
		w := tar.NewWriter(&data)
		w.WriteHeader(&tar.Header{Name: "bin/" + member, Mode: 0o755, Size: int64(len(member)), Typeflag: tar.TypeReg})
		io.WriteString(w, member)
		w.Close()
		if err := os.WriteFile(name, data.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tars := []filetree.Tar{{Source: "a.tar", Prefix: "/app", Origin: "//a"}, {Source: "b.tar", Prefix: "/app", Origin: "//b"}}
	var want []byte
	for i, one := range tars {
		packed := make1(t, &filetree.Spec{Label: "//x", Tars: []filetree.Tar{one}}, Compression{Kind: "none"})
		if err := os.WriteFile(fmt.Sprint(i), packed, 0o644); err != nil {
			t.Fatal(err)
		}
		want = append(want, packed...)
	}
	spec := content(t, 10)
	rest := *spec
	for _, dir := range []string{"/app", "/app/bin"} {
		rest.Entries = append(rest.Entries, filetree.Entry{Path: dir, Kind: "directory", Mode: "0755", Owner: "0:0", Origin: "//a"})
	}
	want = append(want, make1(t, &rest, Compression{Kind: "none"})...)

	spec.Tars = tars
	if err := WriteFile(spec, "out", Compression{Kind: "none"}, "0", "1"); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile("out"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v, got\n%q\nwant\n%q", err, got, want)
	}
	for _, test := range []struct {
		packed []string
		want   string
	}{
		{[]string{"0"}, "1 archives are packed already; expected one for each of 2 tars"},
		{[]string{"0", "none"}, "open none: no such file"},
	} {
		os.Remove("out")
		if err := WriteFile(spec, "out", Compression{Kind: "none"}, test.packed...); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: got %v, want %s", test.packed, err, test.want)
		}
		if _, err := os.Stat("out"); err == nil {
			t.Errorf("%v: a file was left", test.packed)
		}
	}
}

// Programs are filtered by their machine, which GNU's xz takes back.
func TestFilter(t *testing.T) {
	program := tool(t, "xz")
	t.Chdir(t.TempDir())
	for machine, filter := range map[elf.Machine]byte{elf.EM_X86_64: 0x04, elf.EM_AARCH64: 0x0a, elf.EM_RISCV: 0x21} {
		spec := content(t, 5000)
		data := append([]byte(elf.ELFMAG), make([]byte, 14)...)
		data = binary.LittleEndian.AppendUint16(data, uint16(machine))
		if err := os.WriteFile("f", append(data, bytes.Repeat([]byte("\xe8\x00\x01\x02\x03"), 100)...), 0o644); err != nil {
			t.Fatal(err)
		}
		plain := make1(t, spec, Compression{Kind: "none"})
		packed := make1(t, spec, Compression{"xz", program})
		if packed[14] != filter {
			t.Errorf("%v: filter %#x; expected %#x", machine, packed[14], filter)
		}
		cmd := exec.Command(program, "-dc")
		cmd.Stdin = bytes.NewReader(packed)
		if got, err := cmd.Output(); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%v: %d bytes come out where %d went in, %v", machine, len(got), len(plain), err)
		}
	}
}
