// SPDX-License-Identifier: Apache-2.0

// IEx in a running machine, on a terminal, as `bazel run IMAGE -- --iex` has it.
package shell_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"rules_elixir_vm/tools/built"
)

// terminal is a user's, with the machine on it.
type terminal struct {
	t    *testing.T
	tty  *os.File
	mu   sync.Mutex
	text []byte // what is on it and was not expected yet
	all  bytes.Buffer
}

// Colours, and moves of the cursor.
var escape = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

func start(t *testing.T, program string) (*terminal, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command(program, "--iex")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, tty: tty}
	t.Cleanup(func() {
		cmd.Process.Kill()
		tty.Close()
		if t.Failed() {
			t.Logf("the terminal:\n%s", term.all.String())
		}
	})
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, err := tty.Read(buffer)
			term.mu.Lock()
			term.text = escape.ReplaceAll(append(term.text, buffer[:n]...), nil)
			term.all.Write(buffer[:n])
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return term, cmd
}

func (term *terminal) press(keys string) {
	term.t.Helper()
	if _, err := term.tty.WriteString(keys); err != nil {
		term.t.Fatal(err)
	}
}

// expect waits for a text, however long that takes: the test as a whole has a limit. It returns what came up to its end.
func (term *terminal) expect(pattern string) string {
	term.t.Helper()
	re := regexp.MustCompile(pattern)
	for ; ; time.Sleep(10 * time.Millisecond) {
		if deadline, ok := term.t.Deadline(); ok && time.Until(deadline) < 10*time.Second {
			term.t.Fatalf("%q did not come; there is %q", pattern, term.text)
		}
		term.mu.Lock()
		if at := re.FindIndex(term.text); at != nil {
			got := string(term.text[:at[1]])
			term.text = term.text[at[1]:]
			term.mu.Unlock()
			return got
		}
		term.mu.Unlock()
	}
}

// request asks the service in the machine.
func request(t *testing.T, method, url, body string) string {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s, %v: %s", method, url, response.Status, err, data)
	}
	return string(data)
}

func TestShell(t *testing.T) {
	for _, image := range []string{"vm", "busybox_init"} {
		t.Run(image, func(t *testing.T) {
			term, cmd := start(t, built.Runfile(t, fmt.Sprintf("_main/e2e/shell/%s_/%s", image, image)))
			port := regexp.MustCompile(`127\.0\.0\.1:[0-9]+`).FindString(term.expect(`127\.0\.0\.1:[0-9]+ leads to port 8080`))
			url := "http://" + port
			// Until then the terminal is the console.
			term.expect(`Linux version 6\.`)
			term.expect(`http: listening on port 8080`)
			term.expect(`vm: IEx in the machine; .*\r\n(.*\r\n)*.*iex\(1\)> `)

			// The state of the application.
			request(t, "PUT", url+"/kv/answer", "42")
			term.press("Store.fetch(\"answer\")\r")
			term.expect(`\{:ok, 42\}`)
			term.expect(`iex\(2\)> `)

			// The line is edited: two to the left, backspace, another sign.
			term.press("x = 40 - 3\x1b[D\x1b[D\x7f+\r")
			term.expect(`43`)
			term.expect(`iex\(3\)> `)
			term.press("\x1b[A\r")
			term.expect(`43`)
			term.expect(`iex\(4\)> `)
			// Completion, of modules and of functions.
			term.press("Sto\t.key\t\r")
			term.expect(`\["answer"\]`)
			term.expect(`iex\(5\)> `)
			term.press(":io.columns()\r")
			term.expect(`\{:ok, 100\}`)
			term.expect(`iex\(6\)> `)
			term.press("IO.gets(\"name? \")\r")
			term.expect(`name\? `)
			term.press("Ada\r")
			term.expect(`"Ada\\n"`)

			// Ctrl-C ends what runs, and an incomplete expression.
			term.expect(`iex\(7\)> `)
			term.press("Process.sleep(:infinity)\r\x03")
			term.expect(`\*\* \(EXIT\) interrupted`)
			term.expect(`iex\([0-9]+\)> `)
			term.press("[1,\r")
			term.expect(`\.\.\.\([0-9]+\)> `)
			term.press("\x03")
			term.expect(`\*\* \(EXIT\) interrupted`)
			term.expect(`iex\([0-9]+\)> `)

			// What is logged is on the console, which is Ctrl-\ away.
			term.press("require Logger; Logger.error(\"a line of the \" <> \"log\"); :logged\r")
			if got := term.expect(`:logged\r+\n(.*\n)*.*:logged\r+\n(.*\n)*.*iex\([0-9]+\)> `); strings.Contains(got, "a line of the log") {
				t.Errorf("the log is among what IEx says: %q", got)
			}
			term.press("\x1c")
			term.expect(`vm: the console of the machine`)
			term.expect(`a line of the log`)
			term.press("\x1c")
			term.expect(`vm: IEx; .*\r\n.*iex\([0-9]+\)> `)

			// Ctrl-D leaves IEx, and the machine goes on.
			term.press("\x04")
			term.expect(`IEx has ended; the machine goes on`)
			if got := request(t, "GET", url+"/kv/answer", ""); !strings.Contains(got, "42") {
				t.Errorf("got %s", got)
			}
			term.press("\x1c")
			term.expect(`iex\(1\)> `)
			term.press("Store.keys()\r")
			term.expect(`\["answer"\]`)

			// The end of the machine is that of the program, and its status is that of the guest.
			term.press("System.stop(7)\r")
			err := cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != 7 {
				t.Errorf("the status is %d, expected 7: %v", got, err)
			}
			term.expect(`the emulator exited with status 7`)
		})
	}
}
