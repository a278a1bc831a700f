// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestReadPacket(t *testing.T) {
	for _, test := range []struct {
		name, data string
		kind       byte
		text       string
		fails      bool
	}{
		{"text", "\x00\x00\x00\x03pab", 'p', "ab", false},
		{"empty text", "\x00\x00\x00\x01e", 'e', "", false},
		{"nothing", "", 0, "", true},
		{"no letter", "\x00\x00\x00\x00", 0, "", true},
		{"too short", "\x00\x00\x00\x03pa", 0, "", true},
		{"no whole length", "\x00\x00", 0, "", true},
		{"too long", "\xff\xff\xff\xffp", 0, "", true},
	} {
		kind, text, err := readPacket(strings.NewReader(test.data))
		if kind != test.kind || string(text) != test.text || (err != nil) != test.fails {
			t.Errorf("%s: got %q, %q, %v", test.name, kind, text, err)
		}
	}
}

func FuzzReadPacket(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x03pab"))
	f.Fuzz(func(t *testing.T, data []byte) {
		kind, text, err := readPacket(bytes.NewReader(data))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := writePacket(&out, []byte{kind}, text); err != nil || !bytes.HasPrefix(data, out.Bytes()) {
			t.Errorf("got %q, %v from %q", out.Bytes(), err, data)
		}
	})
}

func TestReadModule(t *testing.T) {
	write := func(name string) string {
		var out bytes.Buffer
		w := tar.NewWriter(&out)
		w.WriteHeader(&tar.Header{Name: name, Size: 4})
		w.Write([]byte("beam"))
		w.Close()
		file := filepath.Join(t.TempDir(), "tar")
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	if module, err := readModule(write("vm_shell/ebin/vm_shell.beam")); string(module) != "beam" || err != nil {
		t.Errorf("got %q, %v", module, err)
	}
	for _, file := range []string{write("vm_shell/ebin/other.beam"), filepath.Join(t.TempDir(), "missing")} {
		if module, err := readModule(file); err == nil {
			t.Errorf("%s: got %q", file, module)
		}
	}
}

func TestInColumns(t *testing.T) {
	for _, test := range []struct {
		words []string
		width int
		want  string
	}{
		{[]string{"a", "bbb", "ü"}, 80, "a    bbb  ü\n"},
		{[]string{"a", "bbb", "c"}, 11, "a    bbb\nc\n"},
		{[]string{"long", "b"}, 2, "long\nb\n"},
	} {
		if got := inColumns(test.words, test.width); got != test.want {
			t.Errorf("%q: got %q, expected %q", test.words, got, test.want)
		}
	}
}

// display is what a user sees.
type display struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (d *display) Write(data []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.text.Write(data)
}

// take waits until the text is there, and takes all up to its end.
func (d *display) take(t *testing.T, text string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		d.mu.Lock()
		if i := strings.Index(d.text.String(), text); i >= 0 {
			got := string(d.text.Next(i + len(text)))
			d.mu.Unlock()
			return got
		}
		got := d.text.String()
		d.mu.Unlock()
		if time.Now().After(deadline) {
			t.Fatalf("%q did not come; there is %q", text, got)
		}
	}
}

// session is a screen with a guest that the test plays.
type session struct {
	*screen
	t       *testing.T
	display *display
	console *display // what the console's input got
	guest   net.Conn
	ended   chan error
}

// connection returns both ends of a socket: as QEMU's, it takes what nobody reads yet.
func connection(t *testing.T) (host, guest net.Conn) {
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	for i, conn := range []*net.Conn{&host, &guest} {
		f := os.NewFile(uintptr(ends[i]), "end")
		if *conn, err = net.FileConn(f); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	return host, guest
}

func newSession(t *testing.T) *session {
	host, guest := connection(t)
	s := &session{t: t, display: &display{}, console: &display{}, guest: guest, ended: make(chan error, 1)}
	s.screen = newScreen(s.display, s.console)
	go s.edit()
	go func() { s.ended <- s.talk(host, []byte("module")) }()
	t.Cleanup(func() { guest.Close() })
	if got := s.receive(); got != "module" {
		t.Fatalf("got %q", got)
	}
	if got := s.receive(); got != "o\x00P\x00\x18" {
		t.Fatalf("got %q", got)
	}
	return s
}

func (s *session) receive() string {
	s.t.Helper()
	s.guest.SetDeadline(time.Now().Add(time.Minute))
	var size uint32
	err := binary.Read(s.guest, binary.BigEndian, &size)
	data := make([]byte, size)
	if err == nil {
		_, err = io.ReadFull(s.guest, data)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

func (s *session) expect(want string) {
	s.t.Helper()
	if got := s.receive(); got != want {
		s.t.Fatalf("the guest got %q, expected %q", got, want)
	}
}

func (s *session) say(packet string) {
	s.t.Helper()
	s.guest.SetDeadline(time.Now().Add(time.Minute))
	if err := writePacket(s.guest, []byte(packet)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) press(keys string) {
	for _, key := range []byte(keys) {
		s.key(key)
	}
}

// prompt lets the guest ask for a line.
func (s *session) prompt(prompt string) {
	s.t.Helper()
	s.say("r" + prompt)
	s.display.take(s.t, prompt)
}

func TestShellLines(t *testing.T) {
	s := newSession(t)
	s.Write([]byte("booting\r\n"))
	s.press("to the console")
	s.console.take(t, "to the console")
	s.say("pInteractive\n")
	got := s.display.take(t, "Interactive\r\n")
	if !strings.Contains(got, "booting\r\n") || !strings.Contains(got, `vm: IEx in the machine; Ctrl-\ goes to its console`) {
		t.Errorf("got %q", got)
	}

	// Lines are edited here: left, a character more, Ctrl-D deletes the one after it.
	s.prompt("iex(1)> ")
	s.press("1 + ü3x\x1b[D\x04\x1b[D2\r")
	s.expect("l1 + ü23\n")
	// The one before.
	s.prompt("iex(2)> ")
	s.press("\x1b[A\r")
	s.expect("l1 + ü23\n")

	// Output between does not harm what is typed.
	s.prompt("iex(3)> ")
	s.press("ab")
	s.display.take(t, "ab")
	s.say("pasync\n")
	s.display.take(t, "async\r\niex(3)> ab")
	s.press("c\r")
	s.expect("labc\n")

	// Ctrl-C: while something runs, and at a prompt, where it forgets the line.
	s.press("\x03")
	s.expect("i")
	s.prompt("iex(4)> ")
	s.press("foo\x03")
	s.expect("i")
	s.prompt("iex(5)> ")
	s.press("bar\r")
	s.expect("lbar\n")

	// Tab.
	s.prompt("iex(6)> ")
	s.press("St\t")
	s.expect("cSt")
	s.say("core\x00")
	s.press(".\t")
	s.expect("cStore.")
	s.say("c\x00keys/0\nput/2")
	s.display.take(t, "keys/0  put/2\r\niex(6)> Store.")
	s.press("x\r")
	s.expect("lStore.x\n")

	// What comes before the last line of a prompt is written only.
	s.say("rtwo\nlines? ")
	s.display.take(t, "two\r\nlines? ")
	s.press("\r")
	s.expect("l\n")

	// A password is not shown, and not kept.
	s.say("s")
	s.press("secret\r")
	s.expect("lsecret\n")
	s.prompt("iex(7)> ")
	s.press("\x1b[A\r")
	if got := s.receive(); strings.Contains(got, "secret") || strings.Contains(s.display.text.String(), "secret") {
		t.Errorf("the password is there: %q, %q", got, s.display.text.String())
	}
	s.say("s")
	for !s.secret() {
		time.Sleep(time.Millisecond)
	}
	s.press("x\x03")
	s.expect("i")
}

func (s *session) hides(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return bytes.Contains(s.missed, []byte(text))
}

func (s *session) secret() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.edited.secret
}

// Ctrl-C does not overtake the line before it, wherever that is on its way; and a prompt that comes while another has no
// line yet takes its place.
func TestShellInterrupts(t *testing.T) {
	s := newSession(t)
	for range 100 {
		s.prompt("iex> ")
		s.press("loop()\r\x03")
		s.expect("lloop()\n")
		s.expect("i")
	}
	s.prompt("iex(1)> ")
	s.press("half")
	s.display.take(t, "half")
	s.prompt("iex(2)> ")
	s.press("whole\r")
	s.expect("lwhole\n")
	s.prompt("iex(3)> ")
	s.press("x\r")
	s.expect("lx\n")
}

// Ctrl-\ goes to the console and back; nothing is lost.
func TestShellAndConsole(t *testing.T) {
	s := newSession(t)
	s.prompt("iex(1)> ")
	s.press("half")
	s.display.take(t, "half")
	s.Write([]byte("log line\r\n"))
	s.press("\x1c")
	got := s.display.take(t, "log line\r\n")
	if !strings.Contains(got, "the console of the machine") {
		t.Errorf("got %q", got)
	}
	s.press("\x03ls\r\x04")
	s.console.take(t, "\x03ls\r\x04")
	s.say("pmeanwhile\n")
	for !s.hides("meanwhile") {
		time.Sleep(time.Millisecond)
	}
	s.Write([]byte("more\r\n"))
	s.display.take(t, "more\r\n")
	s.press("\x1c")
	if got := s.display.take(t, "iex(1)> half"); !strings.Contains(got, `vm: IEx; Ctrl-\ goes to the console`) || !strings.Contains(got, "meanwhile\r\n") {
		t.Errorf("got %q", got)
	}
	s.press(" whole\r")
	s.expect("lhalf whole\n")

	// Ctrl-D ends IEx; the console is there again, and Ctrl-\ starts another.
	s.prompt("iex(2)> ")
	s.press("\x04")
	s.expect("e")
	s.say("x")
	s.display.take(t, `IEx has ended; the machine goes on. Ctrl-\ starts another`)
	s.Write([]byte("still here\r\n"))
	s.display.take(t, "still here\r\n")
	s.press("\x1c")
	s.expect("o\x00P\x00\x18")
	s.prompt("iex(1)> ")
	s.resize(100, 30)
	s.expect("w\x00d\x00\x1e")

	// It ends while it reads: that line is nobody's.
	s.press("lost")
	s.display.take(t, "lost")
	s.say("xkilled")
	s.display.take(t, "IEx has ended: killed; the machine goes on")
	s.press("\x1c")
	s.expect("o\x00d\x00\x1e")
	s.prompt("iex(1)> ")
	s.press("found\r")
	s.expect("lfound\n")

	s.guest.Close()
	if err := <-s.ended; err != io.EOF {
		t.Errorf("got %v", err)
	}
}

// The end of standard input is that of IEx.
func TestShellWithoutTerminal(t *testing.T) {
	s := newSession(t)
	s.say("pInteractive\n")
	s.display.take(t, "Interactive")
	go s.typed(strings.NewReader("1\r2\r"))
	s.say("r> ")
	s.expect("l1\n")
	s.say("r> ")
	s.expect("l2\n")
	s.say("r> ")
	s.expect("e")

	// A guest that says nonsense.
	s.say("?")
	if err := <-s.ended; err == nil || !strings.Contains(err.Error(), "'?'") {
		t.Errorf("got %v", err)
	}
}

func TestMissed(t *testing.T) {
	s := newScreen(&display{}, &display{})
	s.shown = true
	for range 3 {
		s.Write(bytes.Repeat([]byte("x"), maxMissed/2))
	}
	s.Write([]byte("end"))
	if len(s.missed) != maxMissed || !bytes.HasSuffix(s.missed, []byte("xend")) {
		t.Errorf("%d bytes are kept", len(s.missed))
	}
}

func TestAttach(t *testing.T) {
	m := &machine{Spec: &Spec{Label: "//:x"}}
	if _, err := m.attach(nil, io.Discard); err == nil || !strings.Contains(err.Error(), "the image has no release") {
		t.Errorf("got %v", err)
	}
}
