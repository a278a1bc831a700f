// SPDX-License-Identifier: Apache-2.0

// Package console reads what a machine writes to its serial console: lines
// without terminal control, and what they say about the state of the kernel.
package console

import (
	"strings"
	"unicode/utf8"
)

// MaxLine is how many bytes a line may have; a longer one comes in pieces.
const MaxLine = 4 << 10

type state int

const (
	text        state = iota
	escape            // after ESC
	nonCSI            // after ESC and intermediate bytes, as in ESC ( B
	csi               // after ESC [
	controlText       // in OSC, DCS, SOS, PM or APC, until BEL or ESC \
)

// Parser turns a byte stream into lines. LF, CR, and any number of CRs with a
// LF end a line. Escape sequences and control characters other than tab are
// dropped, invalid UTF-8 becomes U+FFFD. How the stream is cut into writes
// makes no difference.
type Parser struct {
	line  func(string)
	buf   []byte
	state state
	cr    bool // the last line ended with CR
}

// NewParser returns a parser that calls line for every line, without its end.
func NewParser(line func(string)) *Parser {
	return &Parser{line: line}
}

// Write takes the next bytes of the stream. It never fails.
func (p *Parser) Write(data []byte) (int, error) {
	for _, b := range data {
		p.byte(b)
	}
	return len(data), nil
}

// Close gives out the last line if the stream ended in the middle of it.
func (p *Parser) Close() error {
	if len(p.buf) > 0 {
		p.end()
	}
	p.state, p.cr = text, false
	return nil
}

func (p *Parser) byte(b byte) {
	// A line end ends an escape sequence too: one that was cut off must not eat the next line.
	switch b {
	case '\r':
		if !p.cr {
			p.end()
		}
		p.cr, p.state = true, text
		return
	case '\n':
		if !p.cr {
			p.end()
		}
		p.cr, p.state = false, text
		return
	case 0x1b:
		p.state = escape // ESC \ is then an escape sequence without effect
		return
	case 0x18, 0x1a: // CAN and SUB break a sequence off
		p.state = text
		return
	}
	switch p.state {
	case escape:
		switch {
		case b == '[':
			p.state = csi
		case strings.IndexByte("]PX^_", b) >= 0:
			p.state = controlText
		case 0x20 <= b && b <= 0x2f:
			p.state = nonCSI
		case b >= 0x80: // no escape sequence: text
			p.state = text
			p.text(b)
		default:
			p.state = text
		}
	case nonCSI:
		if b < 0x20 || b > 0x2f {
			p.state = text
		}
	case csi:
		if 0x40 <= b && b <= 0x7e {
			p.state = text
		}
	case controlText:
		if b == '\a' {
			p.state = text
		}
	case text:
		p.text(b)
	}
}

func (p *Parser) text(b byte) {
	if b < 0x20 && b != '\t' || b == 0x7f {
		return
	}
	p.cr = false
	p.buf = append(p.buf, b)
	if len(p.buf) >= MaxLine {
		// A character that is not complete yet belongs to the next piece.
		rest := incomplete(p.buf)
		kept := append([]byte(nil), rest...)
		p.buf = p.buf[:len(p.buf)-len(rest)]
		p.end()
		p.buf = append(p.buf, kept...)
	}
}

// incomplete returns the start of a UTF-8 character at the end of data.
func incomplete(data []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(data); i++ {
		tail := data[len(data)-i:]
		if utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return nil
			}
			return tail
		}
	}
	return nil
}

func (p *Parser) end() {
	line := strings.ToValidUTF8(string(p.buf), "\ufffd")
	p.buf = p.buf[:0]
	p.line(line)
}
