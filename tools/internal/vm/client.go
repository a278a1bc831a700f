// SPDX-License-Identifier: Apache-2.0

package vm

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"rules_elixir_vm/tools/internal/console"
)

// Client is a program that a test runs on the host, against the machine.
type Client struct {
	Program string   `json:"program"`
	Args    []string `json:"args,omitempty"`
}

func (m *machine) qmpSocket() string { return filepath.Join(m.work, "qmp") }

// client builds the process of the test's client. It finds the forwarded ports in VM_FORWARD_<port of the guest>, as
// address:port, and QEMU's control socket in VM_QMP. Its output goes to out, as lines.
func (m *machine) client(out io.Writer) *exec.Cmd {
	c := m.Test.Client
	cmd := exec.Command(c.Program, c.Args...)
	cmd.Env = append(os.Environ(), "VM_QMP="+m.qmpSocket())
	if m.Network != nil {
		for _, f := range m.Network.Forwards {
			cmd.Env = append(cmd.Env, fmt.Sprintf("VM_FORWARD_%d=127.0.0.1:%d", f.Guest, f.Host))
		}
	}
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.WaitDelay = grace
	return cmd
}

// clientRun is a client that runs, or none.
type clientRun struct {
	cmd  *exec.Cmd
	done chan error
}

func (r *clientRun) start(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	r.cmd, r.done = cmd, make(chan error, 1)
	go func() { r.done <- cmd.Wait() }()
	return nil
}

// kill ends it with all that it has started.
func (r *clientRun) kill() {
	if r.cmd == nil {
		return
	}
	syscall.Kill(-r.cmd.Process.Pid, syscall.SIGKILL)
	<-r.done
	r.cmd = nil
}

// clientOutput writes a client's lines among those of the console.
type clientOutput struct {
	f      *follower
	parser *console.Parser
}

func (f *follower) clientOutput(out io.Writer) *clientOutput {
	return &clientOutput{f, console.NewParser(func(line string) { fmt.Fprintln(out, "client: "+line) })}
}

func (o *clientOutput) Write(data []byte) (int, error) {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	return o.parser.Write(data)
}

func (o *clientOutput) Close() {
	o.f.mu.Lock()
	defer o.f.mu.Unlock()
	o.parser.Close()
}
