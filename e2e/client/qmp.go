// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
)

// qmp tells QEMU something through its control socket.
func qmp(command string) error {
	conn, err := net.Dial("unix", os.Getenv("VM_QMP"))
	if err != nil {
		return fmt.Errorf("reaching QEMU: %w", err)
	}
	defer conn.Close()
	answers := bufio.NewScanner(conn)
	// A greeting comes first; events may come at any time.
	if !answers.Scan() {
		return fmt.Errorf("QEMU does not greet: %w", answers.Err())
	}
	for _, execute := range []string{"qmp_capabilities", command} {
		if err := json.NewEncoder(conn).Encode(map[string]string{"execute": execute}); err != nil {
			return fmt.Errorf("telling QEMU %s: %w", execute, err)
		}
		for {
			if !answers.Scan() {
				return fmt.Errorf("QEMU does not answer %s: %w", execute, answers.Err())
			}
			var answer struct {
				Event  string
				Return *struct{}
			}
			if err := json.Unmarshal(answers.Bytes(), &answer); err != nil {
				return fmt.Errorf("QEMU's answer to %s: %w: %s", execute, err, answers.Bytes())
			}
			if answer.Return != nil {
				break
			}
			if answer.Event == "" {
				return fmt.Errorf("QEMU refuses %s: %s", execute, answers.Bytes())
			}
		}
	}
	return nil
}
