// SPDX-License-Identifier: Apache-2.0

package launch

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decoder reads the part of JSON that a sidecar needs: one object of strings,
// lists of strings and one map of strings. encoding/json would double the
// launcher's start-up time.
type decoder struct {
	data string
	pos  int
}

// next skips white space and returns the byte there, 0 at the end.
func (d *decoder) next() byte {
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; c {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return c
		}
	}
	return 0
}

func (d *decoder) expect(c byte) error {
	if d.next() != c || d.pos >= len(d.data) {
		return errors.New("expected " + strconv.QuoteRune(rune(c)) + ", found " + d.found())
	}
	d.pos++
	return nil
}

func (d *decoder) found() string {
	if d.pos >= len(d.data) {
		return "the end of the file"
	}
	return strconv.QuoteRune(rune(d.data[d.pos]))
}

func (d *decoder) end() error {
	if d.next(); d.pos < len(d.data) {
		return errors.New("expected the end of the file, found " + d.found())
	}
	return nil
}

// sequence reads open, items separated by commas, close.
func (d *decoder) sequence(open, close byte, item func() error) error {
	if err := d.expect(open); err != nil {
		return err
	}
	if d.next() == close {
		d.pos++
		return nil
	}
	for {
		if err := item(); err != nil {
			return err
		}
		if d.next() != ',' {
			return d.expect(close)
		}
		d.pos++
	}
}

func (d *decoder) object(field func(key string) error) error {
	return d.sequence('{', '}', func() error {
		key, err := d.string()
		if err != nil {
			return err
		}
		if err := d.expect(':'); err != nil {
			return err
		}
		return field(key)
	})
}

func (d *decoder) stringList() ([]string, error) {
	list := []string{}
	err := d.sequence('[', ']', func() error {
		item, err := d.string()
		list = append(list, item)
		return err
	})
	return list, err
}

func (d *decoder) stringMap() (map[string]string, error) {
	m := map[string]string{}
	err := d.object(func(key string) error {
		if _, ok := m[key]; ok {
			return errors.New(strconv.Quote(key) + " is given twice")
		}
		value, err := d.string()
		m[key] = value
		return err
	})
	return m, err
}

func (d *decoder) string() (string, error) {
	if err := d.expect('"'); err != nil {
		return "", err
	}
	out := "" // what came before start
	for start := d.pos; d.pos < len(d.data); {
		switch c := d.data[d.pos]; {
		case c == '"':
			out += d.data[start:d.pos] // no copy where there was no escape
			d.pos++
			if !utf8.ValidString(out) {
				return "", errors.New("a string is not UTF-8")
			}
			// execve would cut the string there.
			if strings.IndexByte(out, 0) >= 0 {
				return "", errors.New("a NUL byte inside a string")
			}
			return out, nil
		case c == '\\':
			out += d.data[start:d.pos]
			d.pos++
			r, err := d.escape()
			if err != nil {
				return "", err
			}
			out += string(r)
			start = d.pos
		case c < ' ':
			return "", errors.New("control character " + strconv.QuoteRune(rune(c)) + " inside a string")
		default:
			d.pos++
		}
	}
	return "", errors.New("a string does not end")
}

// escape reads what follows a backslash.
func (d *decoder) escape() (rune, error) {
	if d.pos >= len(d.data) {
		return 0, errors.New("a string does not end")
	}
	c := d.data[d.pos]
	d.pos++
	switch c {
	case '"', '\\', '/':
		return rune(c), nil
	case 'b':
		return '\b', nil
	case 'f':
		return '\f', nil
	case 'n':
		return '\n', nil
	case 'r':
		return '\r', nil
	case 't':
		return '\t', nil
	case 'u':
		r, err := d.hex4()
		if err != nil || !utf16.IsSurrogate(r) {
			return r, err
		}
		// The second half of a pair must follow.
		if d.pos+1 < len(d.data) && d.data[d.pos] == '\\' && d.data[d.pos+1] == 'u' {
			d.pos += 2
			low, err := d.hex4()
			if err != nil {
				return 0, err
			}
			if r := utf16.DecodeRune(r, low); r != utf8.RuneError {
				return r, nil
			}
		}
		return 0, errors.New(`half of a \u pair`)
	}
	return 0, errors.New("unknown escape \\" + string(rune(c)))
}

func (d *decoder) hex4() (rune, error) {
	if d.pos+4 > len(d.data) {
		return 0, errors.New("a string does not end")
	}
	n, err := strconv.ParseUint(d.data[d.pos:d.pos+4], 16, 16)
	if err != nil {
		return 0, errors.New(`\u needs four hexadecimal digits`)
	}
	d.pos += 4
	return rune(n), nil
}
