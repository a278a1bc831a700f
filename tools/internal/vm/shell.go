// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"rules_elixir_vm/tools/internal/archive"
)

// ShellPort is the name of the virtio-serial port that leads to IEx in the guest. What goes over it is described in
// tools/vm/shell/src/vm_shell.erl: packets with their length in four bytes before them, the first one from the host is
// that module, compiled.
const ShellPort = "org.rules_elixir_vm.shell"

// startShell is what the guest evaluates once its release has started: it runs the module that comes over the port, which
// init has opened as file 9. Without quotes, for the kernel's command line.
const startShell = "spawn(fun()->P=open_port({fd,9,9},[{packet,4},binary])," +
	"receive{P,{data,B}}->code:load_binary(vm_shell,[],B),vm_shell:run(P)end end)"

// Keys.
const (
	ctrlC         = 0x03
	ctrlD         = 0x04
	ctrlU         = 0x15
	ctrlBackslash = 0x1c
	// Stand for Ctrl-C and Ctrl-D, which term.Terminal would take for the end of all input, and for a line that nobody
	// waits for any more.
	markInterrupt = 0x1d
	markEOF       = 0x1e
	markAbandon   = 0x1f
)

const (
	maxPacket = 64 << 20
	// maxMissed is how much is kept of the console while IEx is shown, and of IEx while the console is.
	maxMissed = 256 << 10
	// completionTime is how long a user waits for what Tab brings.
	completionTime = 3 * time.Second
)

// readModule returns the compiled module in the archive of the application vm_shell.
func readModule(file string) ([]byte, error) {
	const name = "vm_shell/ebin/vm_shell.beam"
	r, err := archive.Open(file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var module []byte
	err = archive.Walk(r.Reader, 0, nil, func(h *tar.Header) (err error) {
		if path.Clean(h.Name) == name {
			module, err = io.ReadAll(r)
		}
		return err
	})
	if err == nil && module == nil {
		err = fmt.Errorf("there is no %s", name)
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	return module, nil
}

func writePacket(w io.Writer, parts ...[]byte) error {
	data := bytes.Join(parts, nil)
	_, err := w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(data))), data...))
	return err
}

// readPacket returns the letter of a packet and what follows it.
func readPacket(r io.Reader) (kind byte, text []byte, err error) {
	var size uint32
	if err := binary.Read(r, binary.BigEndian, &size); err != nil {
		return 0, nil, err
	}
	if size == 0 || size > maxPacket {
		return 0, nil, fmt.Errorf("a packet of %d bytes; expected 1 to %d", size, maxPacket)
	}
	var data bytes.Buffer
	if _, err := io.CopyN(&data, r, int64(size)); err != nil {
		return 0, nil, err
	}
	return data.Bytes()[0], data.Bytes()[1:], nil
}

// prompt is a request of the guest for a line.
type prompt struct {
	number int
	secret bool
	text   string
}

// keyboard is a queue of what was typed.
type keyboard struct {
	mu     sync.Mutex
	more   *sync.Cond
	bytes  []byte
	closed bool
}

func newKeyboard() *keyboard {
	k := &keyboard{}
	k.more = sync.NewCond(&k.mu)
	return k
}

func (k *keyboard) push(keys ...byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes = append(k.bytes, keys...)
	k.more.Signal()
}

// next puts a key before all others.
func (k *keyboard) next(key byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes = append([]byte{key}, k.bytes...)
	k.more.Signal()
}

func (k *keyboard) clear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.bytes = nil
}

// cut drops all up to the first Ctrl-C. Returns whether there was one.
func (k *keyboard) cut() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	i := bytes.IndexByte(k.bytes, markInterrupt)
	k.bytes = k.bytes[i+1:]
	return i >= 0
}

func (k *keyboard) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	k.more.Broadcast()
}

// Read gives one byte at a time, so that next is before all that was typed.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.bytes) == 0 && !k.closed {
		k.more.Wait()
	}
	if len(k.bytes) == 0 {
		return 0, io.EOF
	}
	p[0] = k.bytes[0]
	k.bytes = k.bytes[1:]
	return 1, nil
}

// history are the lines of a session, newest last, without empty ones and repetitions.
type history []string

func (h *history) Add(line string) {
	if line != "" && (len(*h) == 0 || (*h)[len(*h)-1] != line) {
		*h = append(*h, line)
	}
}
func (h *history) Len() int        { return len(*h) }
func (h *history) At(i int) string { return (*h)[len(*h)-1-i] }

// screen is the user's terminal. It shows either the machine's console or IEx, and keys go to that one.
type screen struct {
	out     io.Writer
	console io.Writer // the console's input

	mu      sync.Mutex
	shown   bool   // IEx is
	missed  []byte // of the one that is not shown
	running bool   // a shell is

	// Prompts are numbered from 1: the last one that came, the last one that has its line, and the one that is edited now.
	asked, served int
	edited        prompt
	mark          byte // i, e or a: what the line is that was ended by Ctrl-C, by Ctrl-D, or that is abandoned

	columns, rows int

	// sending is held while the guest is told something: Ctrl-C must not overtake the line before it.
	sending sync.Mutex
	guest   io.Writer

	keys        *keyboard
	lines       *term.Terminal
	prompts     chan prompt
	completions chan []byte
}

func newScreen(out, console io.Writer) *screen {
	s := &screen{out: out, console: console, columns: 80, rows: 24, keys: newKeyboard(), prompts: make(chan prompt, 16), completions: make(chan []byte, 1)}
	s.lines = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{s.keys, shellWriter{s}}, "")
	s.lines.History = &history{}
	s.lines.AutoCompleteCallback = s.special
	return s
}

func (s *screen) keep(data []byte) {
	s.missed = append(s.missed, data...)
	if over := len(s.missed) - maxMissed; over > 0 {
		s.missed = s.missed[over:]
	}
}

// Write takes what the console says.
func (s *screen) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown {
		s.keep(data)
		return len(data), nil
	}
	return s.out.Write(data)
}

// shellWriter takes what IEx says, and the line that is edited.
type shellWriter struct{ s *screen }

func (w shellWriter) Write(data []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if !w.s.shown {
		w.s.keep(data)
		return len(data), nil
	}
	return w.s.out.Write(data)
}

// send sends a packet to the guest, if it is there.
func (s *screen) send(parts ...[]byte) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.sendNow(parts...)
}

// sendNow is for who holds sending.
func (s *screen) sendNow(parts ...[]byte) {
	if s.guest != nil {
		// If the machine is gone that is told elsewhere.
		writePacket(s.guest, parts...)
	}
}

func (s *screen) size() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, uint16(s.columns)), uint16(s.rows))
}

func (s *screen) resize(columns, rows int) {
	s.mu.Lock()
	s.columns, s.rows = columns, rows
	s.mu.Unlock()
	s.lines.SetSize(columns, rows)
	s.send([]byte{'w'}, s.size())
}

// show turns to IEx or to the console, with a line that says so.
func (s *screen) show(shell bool, why string) {
	s.mu.Lock()
	if s.shown == shell {
		s.mu.Unlock()
		return
	}
	s.shown = shell
	fmt.Fprintf(s.out, "\r\nvm: %s\r\n", why)
	s.out.Write(s.missed)
	s.missed = nil
	s.mu.Unlock()
	if shell {
		// The line that is edited comes again.
		s.lines.Write(nil)
	}
}

// turn is what Ctrl-\ does.
func (s *screen) turn() {
	s.sending.Lock()
	guest := s.guest != nil
	s.sending.Unlock()
	s.mu.Lock()
	shown, running := s.shown, s.running
	s.mu.Unlock()
	switch {
	case shown:
		s.show(false, `the console of the machine; Ctrl-\ goes back to IEx, Ctrl-A X ends the machine`)
	case !guest:
		fmt.Fprint(s, "\r\nvm: there is no way to the machine yet\r\n")
	case !running:
		// It is shown when it says something, which may be long after.
		fmt.Fprint(s, "\r\nvm: IEx comes when the release has started\r\n")
		s.send([]byte{'o'}, s.size())
	default:
		s.show(true, `IEx; Ctrl-\ goes to the console`)
	}
}

// key takes what was typed.
func (s *screen) key(key byte) {
	if key == ctrlBackslash {
		s.turn()
		return
	}
	if running := s.shellKey(key); running {
		s.keys.clear()
		s.send([]byte{'i'})
	}
}

// shellKey takes a key of the one that is shown. Returns whether it is Ctrl-C and something runs in IEx: while a line is
// edited Ctrl-C has its place among the other keys.
func (s *screen) shellKey(key byte) (interrupt bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.shown:
		s.console.Write([]byte{key})
	case key == ctrlC && s.asked == s.served:
		return true
	case key == ctrlC && s.edited.secret:
		s.mark = 'i'
		s.keys.push(ctrlU, '\r')
	case key == ctrlC:
		s.keys.push(markInterrupt)
	case key == ctrlD:
		s.keys.push(markEOF)
	default:
		s.keys.push(key)
	}
	return false
}

// special does what the line editor does not know: Tab, Ctrl-C and Ctrl-D.
func (s *screen) special(line string, position int, key rune) (string, int, bool) {
	end := func(mark byte) {
		s.mu.Lock()
		s.mark = mark
		s.mu.Unlock()
		s.keys.next('\r')
	}
	switch {
	case key == markAbandon:
		s.mu.Lock()
		wanted := s.edited.number == s.asked && s.edited.number > s.served
		s.mu.Unlock()
		if wanted {
			return line, position, true
		}
		end('a')
		return "", 0, true
	case key == markInterrupt:
		end('i')
		return "", 0, true
	case key == markEOF && line == "":
		end('e')
		return "", 0, true
	case key == markEOF:
		_, size := utf8.DecodeRuneInString(line[position:])
		return line[:position] + line[position+size:], position, true
	case key == '\t':
		insert, matches := s.complete(line[:position])
		if insert == "" && len(matches) > 0 {
			s.mu.Lock()
			columns := s.columns
			s.mu.Unlock()
			fmt.Fprint(s.lines, inColumns(matches, columns))
		}
		return line[:position] + insert + line[position:], position + len(insert), true
	}
	return "", 0, false
}

// complete asks IEx what comes after the text for sure, and what may.
func (s *screen) complete(before string) (insert string, matches []string) {
	select {
	case <-s.completions: // too late
	default:
	}
	s.send([]byte{'c'}, []byte(before))
	select {
	case answer := <-s.completions:
		text, list, _ := strings.Cut(string(answer), "\x00")
		if list == "" {
			return text, nil
		}
		return text, strings.Split(list, "\n")
	case <-time.After(completionTime):
		return "", nil
	}
}

// inColumns writes words side by side, below each other.
func inColumns(words []string, width int) string {
	widest := 0
	for _, word := range words {
		widest = max(widest, utf8.RuneCountInString(word))
	}
	perLine := max(1, (width-1)/(widest+2))
	var out strings.Builder
	for i, word := range words {
		out.WriteString(word)
		if (i+1)%perLine == 0 || i == len(words)-1 {
			out.WriteString("\n")
		} else {
			out.WriteString(strings.Repeat(" ", widest+2-utf8.RuneCountInString(word)))
		}
	}
	return out.String()
}

// edit reads the lines that IEx asks for, until the keyboard is closed.
func (s *screen) edit() {
	for p := range s.prompts {
		s.mu.Lock()
		late := p.number <= s.served || p.number < s.asked
		if !late {
			s.edited = p
		}
		s.mu.Unlock()
		if late {
			continue
		}
		// What comes before the last line is no prompt.
		last := strings.LastIndexByte(p.text, '\n') + 1
		io.WriteString(s.lines, p.text[:last])
		var line string
		var err error
		if p.secret {
			line, err = s.lines.ReadPassword(p.text[last:])
		} else {
			s.lines.SetPrompt(p.text[last:])
			line, err = s.lines.ReadLine()
		}
		s.answer(line, err)
	}
}

// answer sends the line that was edited, or what it stands for.
func (s *screen) answer(line string, err error) {
	s.sending.Lock()
	defer s.sending.Unlock()
	s.mu.Lock()
	mark := s.mark
	s.mark, s.edited = 0, prompt{}
	if mark != 'a' {
		// If the guest has asked again meanwhile, it is the answer to that.
		s.served = s.asked
	}
	s.mu.Unlock()
	switch {
	case mark == 'a':
	case err != nil:
		// The end of standard input is that of IEx's.
		s.sendNow([]byte{'e'})
	case mark != 0:
		s.sendNow([]byte{mark})
	default:
		s.sendNow([]byte{'l'}, []byte(line+"\n"))
		if s.keys.cut() {
			s.sendNow([]byte{'i'})
		}
	}
}

// ask takes a prompt. One that came before and has no line yet is not answered any more.
func (s *screen) ask(secret bool, text string) {
	s.mu.Lock()
	s.asked++
	p := prompt{s.asked, secret, text}
	s.mu.Unlock()
	s.abandon()
	s.prompts <- p
}

// abandon ends the line that is edited, if nobody waits for it any more.
func (s *screen) abandon() {
	s.mu.Lock()
	edited := s.edited.number != 0
	s.mu.Unlock()
	if edited {
		s.keys.next(markAbandon)
	}
}

// talk brings the guest the module and does what it says, until it is gone.
func (s *screen) talk(guest io.ReadWriteCloser, module []byte) error {
	defer guest.Close()
	if err := writePacket(guest, module); err != nil {
		return err
	}
	s.sending.Lock()
	s.guest = guest
	s.sending.Unlock()
	s.send([]byte{'o'}, s.size())
	for {
		kind, text, err := readPacket(guest)
		if err != nil {
			return err
		}
		switch kind {
		case 'p':
			s.started()
			s.lines.Write(text)
		case 'r', 's':
			s.started()
			s.ask(kind == 's', string(text))
		case 'c':
			select {
			case s.completions <- text:
			default:
			}
		case 'x':
			s.ended(string(text))
		default:
			return fmt.Errorf("the guest sent a packet %q, which is none", kind)
		}
	}
}

func (s *screen) started() {
	s.mu.Lock()
	before := s.running
	s.running = true
	s.mu.Unlock()
	if !before {
		s.show(true, `IEx in the machine; Ctrl-\ goes to its console, Ctrl-D ends IEx and not the machine`)
	}
}

func (s *screen) ended(reason string) {
	s.mu.Lock()
	shown := s.shown
	s.running = false
	s.served = s.asked
	s.mu.Unlock()
	s.abandon()
	if reason != "" {
		reason = ": " + reason
	}
	why := "IEx has ended" + reason + `; the machine goes on. Ctrl-\ starts another, Ctrl-A X ends the machine`
	if shown {
		s.show(false, why)
	} else {
		fmt.Fprintf(s, "\r\nvm: %s\r\n", why)
	}
}

// typed takes keys until there are no more.
func (s *screen) typed(in io.Reader) {
	buffer := make([]byte, 4096)
	for {
		n, err := in.Read(buffer)
		for _, key := range buffer[:n] {
			s.key(key)
		}
		if err != nil {
			s.keys.close()
			return
		}
	}
}

// serve waits for QEMU's end of the port.
func (s *screen) serve(l net.Listener, module []byte) {
	guest, err := l.Accept()
	if err != nil {
		return // the machine did not start
	}
	err = s.talk(guest, module)
	// How QEMU ends the connection when it ends.
	for _, end := range []error{io.EOF, net.ErrClosed, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, end) {
			return
		}
	}
	if err != nil {
		fmt.Fprintf(s, "\r\nvm: the way to IEx is broken: %v\r\n", err)
	}
}
