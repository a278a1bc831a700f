// SPDX-License-Identifier: Apache-2.0

package console

import (
	"regexp"
	"strings"
)

// Status is what the lines of a console so far say about the guest.
type Status struct {
	// Kernel is the first line that only a running kernel writes.
	Kernel string
	// Panic is the kernel's reason for its panic.
	Panic string
	// Init is the line that says that init is missing, could not be started
	// or died. The kernel then panics for that reason.
	Init string
	// InitHint is what the kernel said before about the init that it tried.
	InitHint string
}

var (
	// What the kernel writes starts a line, or comes after its time (and, with PRINTK_CALLER, its thread) wherever
	// user space has left the cursor.
	timestamp  = regexp.MustCompile(`\[ {0,4}\d{1,10}\.\d{6}\](?:\[ *[TC]\d+\])? `)
	start      = `(?:^|` + timestamp.String() + `)`
	version    = regexp.MustCompile(start + `Linux version \d`)
	panicText  = regexp.MustCompile(start + `Kernel panic - not syncing: ?(.*)`)
	initHint   = regexp.MustCompile(start + `((?:Failed to execute |Starting init: |check access for rdinit=).*)`)
	initReason = []string{
		"No working init found",
		"Requested init ",
		"Attempted to kill init!",
		"VFS: Unable to mount root fs",
	}
)

// Line takes the next line of the console.
func (s *Status) Line(line string) {
	if s.Kernel == "" && (version.MatchString(line) || timestamp.MatchString(line)) {
		s.Kernel = line
	}
	if found := initHint.FindStringSubmatch(line); found != nil && s.Panic == "" {
		s.InitHint = found[1]
	}
	found := panicText.FindStringSubmatch(line)
	if found == nil || s.Panic != "" {
		return
	}
	s.Panic = found[1]
	if s.Panic == "" {
		s.Panic = "(no reason given)"
	}
	if s.Kernel == "" {
		s.Kernel = line
	}
	for _, reason := range initReason {
		if strings.HasPrefix(s.Panic, reason) {
			s.Init = s.Panic
		}
	}
}
