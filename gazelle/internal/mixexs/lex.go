// SPDX-License-Identifier: Apache-2.0

package mixexs

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	end     kind = iota // of the file
	newline             // or a semicolon
	ident               // name, name? name!
	alias               // Name
	atom                // :name, :"name"
	key                 // name: or "name":, a key of a keyword list
	text                // a string
	words               // ~w(…)
	other               // a literal that is not of interest: a number, a charlist, a string with interpolation, a sigil
	punct               // an operator or a bracket
)

type token struct {
	kind kind
	// text is the name or the content; the operator of a punct; the modifier of words.
	text  string
	words []string
	line  int
	// glued tells that a parenthesis follows at once, as in a call.
	glued bool
}

// SyntaxError is a file that cannot be read at all.
type SyntaxError struct {
	Line    int
	Message string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Message) }

type lexer struct {
	src  string
	pos  int
	line int
	// env is put in for config_env() and Mix.env() in strings, unless empty.
	env string
	// depth is that of interpolations.
	depth int
	out   []token
}

// The longest ones first.
var operators = []string{
	"<<<", ">>>", "|||", "&&&", "^^^", "~~~", "===", "!==", "+++", "---", "<~>", "<|>", "~>>", "<<~", "...",
	"++", "--", "<>", "|>", "->", "<-", "=>", "==", "!=", "=~", "<=", ">=", "&&", "||", "::", "\\\\", "..", "//",
	"<<", ">>", "~>", "<~", "%{", "**",
}

func (l *lexer) all() ([]token, error) {
	if !utf8.ValidString(l.src) {
		return nil, &SyntaxError{1, "the file is not UTF-8"}
	}
	for l.pos < len(l.src) {
		if err := l.next(); err != nil {
			return nil, err
		}
	}
	l.add(token{kind: end, line: l.line})
	return l.out, nil
}

func (l *lexer) add(t token) {
	if t.line == 0 {
		t.line = l.line
	}
	l.out = append(l.out, t)
}

func (l *lexer) rest() string { return l.src[l.pos:] }

func (l *lexer) at(n int) byte {
	if l.pos+n < len(l.src) {
		return l.src[l.pos+n]
	}
	return 0
}

func (l *lexer) next() error {
	c := l.src[l.pos]
	switch {
	case c == '\n':
		l.add(token{kind: newline})
		l.line++
		l.pos++
	case c == ';':
		l.add(token{kind: newline})
		l.pos++
	case c == ' ' || c == '\t' || c == '\r':
		l.pos++
	case c == '\\' && (l.at(1) == '\n' || l.at(1) == '\r' && l.at(2) == '\n'):
		// A line goes on.
		l.pos += strings.IndexByte(l.rest(), '\n') + 1
		l.line++
	case c == '#':
		if i := strings.IndexByte(l.rest(), '\n'); i >= 0 {
			l.pos += i
		} else {
			l.pos = len(l.src)
		}
	case c == '"' || c == '\'':
		return l.quoted()
	case c == '~' && isSigil(l.at(1)):
		return l.sigil()
	case c == '?' && l.at(1) != 0:
		l.pos++
		if l.at(0) == '\\' {
			l.pos++
		}
		if l.at(0) == '\n' {
			l.line++
		}
		_, size := utf8.DecodeRuneInString(l.rest())
		l.pos += size
		l.add(token{kind: other})
	case c == ':' && (l.at(1) == '"' || l.at(1) == '\''):
		l.pos++
		line := l.line
		content, literal, err := l.string()
		if err != nil {
			return err
		}
		l.add(l.literal(atom, content, literal, line))
	case c == ':' && isStart(l.runeAt(1)):
		l.pos++
		l.add(token{kind: atom, text: l.name(true)})
	case c >= '0' && c <= '9':
		for isPart(rune(l.at(0))) || l.at(0) == '.' && l.at(1) >= '0' && l.at(1) <= '9' {
			l.pos++
		}
		l.add(token{kind: other})
	case isStart(l.runeAt(0)):
		l.word()
	default:
		return l.operator()
	}
	return nil
}

func (l *lexer) runeAt(n int) rune {
	if l.pos+n >= len(l.src) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos+n:])
	return r
}

func isStart(r rune) bool { return r == '_' || unicode.IsLetter(r) }

func isPart(r rune) bool { return isStart(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) }

func isSigil(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// name takes a name, in an atom also one with @.
func (l *lexer) name(inAtom bool) string {
	start := l.pos
	for l.pos < len(l.src) {
		r, size := utf8.DecodeRuneInString(l.rest())
		if !isPart(r) && !(inAtom && r == '@') {
			break
		}
		l.pos += size
	}
	// `a!= b` and `a?` are told apart as Elixir does it.
	if c := l.at(0); (c == '?' || c == '!') && l.at(1) != '=' {
		l.pos++
	}
	return l.src[start:l.pos]
}

func (l *lexer) word() {
	name := l.name(false)
	if l.colon() {
		l.add(token{kind: key, text: name})
		return
	}
	kind := ident
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsUpper(r) {
		kind = alias
	}
	l.add(token{kind: kind, text: name, glued: l.at(0) == '('})
}

// colon takes the colon that makes a key of what was before.
func (l *lexer) colon() bool {
	if l.at(0) != ':' || l.at(1) == ':' {
		return false
	}
	if next := l.at(1); next != 0 && !strings.ContainsRune(" \t\r\n", rune(next)) {
		return false
	}
	l.pos++
	return true
}

func (l *lexer) literal(kind kind, content string, literal bool, line int) token {
	if !literal {
		return token{kind: other, line: line}
	}
	return token{kind: kind, text: content, line: line}
}

func (l *lexer) quoted() error {
	line, quote := l.line, l.src[l.pos]
	if heredoc := strings.Repeat(string(quote), 3); strings.HasPrefix(l.rest(), heredoc) {
		l.pos += 3
		_, literal, err := l.until(heredoc, true, line)
		if err != nil {
			return err
		}
		// Its indentation does not belong to it; nothing of interest is written so.
		_ = literal
		l.add(token{kind: other, line: line})
		return nil
	}
	content, literal, err := l.string()
	if err != nil {
		return err
	}
	switch {
	case l.colon():
		l.add(l.literal(key, content, literal, line))
	case quote == '\'':
		l.add(token{kind: other, line: line})
	default:
		l.add(l.literal(text, content, literal, line))
	}
	return nil
}

// string takes a quoted string; literal is false if it holds an interpolation.
func (l *lexer) string() (content string, literal bool, err error) {
	quote := l.src[l.pos : l.pos+1]
	l.pos++
	return l.until(quote, true, l.line)
}

var escapes = map[byte]string{'n': "\n", 't': "\t", 'r': "\r", 's': " ", '0': "\x00", 'a': "\a", 'b': "\b", 'd': "\x7f", 'e': "\x1b", 'f': "\f", 'v': "\v"}

// until takes all up to the closing delimiter and that.
func (l *lexer) until(closing string, escaped bool, line int) (content string, literal bool, err error) {
	var b strings.Builder
	literal = true
	for l.pos < len(l.src) {
		if strings.HasPrefix(l.rest(), closing) {
			l.pos += len(closing)
			return b.String(), literal, nil
		}
		c := l.src[l.pos]
		switch {
		case c == '\\' && l.pos+1 < len(l.src) && (escaped || strings.HasPrefix(l.src[l.pos+1:], closing)):
			l.pos++
			c = l.src[l.pos]
			if c == '\n' {
				l.line++
			} else if replacement, ok := escapes[c]; ok && escaped {
				b.WriteString(replacement)
			} else if escaped && (c == 'x' || c == 'u') {
				literal = false
			} else {
				b.WriteByte(c)
			}
			l.pos++
		case c == '#' && escaped && l.at(1) == '{':
			if skipped := l.environment(); skipped > 0 {
				b.WriteString(l.env)
				l.pos += skipped
				continue
			}
			literal = false
			if err := l.interpolation(); err != nil {
				return "", false, err
			}
		default:
			if c == '\n' {
				l.line++
			}
			b.WriteByte(c)
			l.pos++
		}
	}
	return "", false, &SyntaxError{line, fmt.Sprintf("what %s opens is not closed", closing)}
}

// interpolation takes #{…}, which may hold anything, strings with interpolations among it.
func (l *lexer) interpolation() error {
	line := l.line
	if l.depth++; l.depth > 100 {
		return &SyntaxError{line, "interpolations are nested too deeply"}
	}
	l.pos += 2
	out := l.out
	l.out = nil
	defer func() { l.out = out; l.depth-- }()
	for depth := 1; l.pos < len(l.src); {
		if err := l.next(); err != nil {
			return err
		}
		if n := len(l.out); n > 0 && l.out[n-1].kind == punct {
			switch l.out[n-1].text {
			case "{", "%{":
				depth++
			case "}":
				depth--
			}
			l.out = l.out[:0]
		}
		if depth == 0 {
			return nil
		}
	}
	return &SyntaxError{line, "what #{ opens is not closed"}
}

var closings = map[byte]string{'(': ")", '[': "]", '{': "}", '<': ">", '/': "/", '|': "|", '"': `"`, '\'': "'"}

func (l *lexer) sigil() error {
	line, start := l.line, l.pos
	l.pos++
	for isSigil(l.at(0)) || l.at(0) >= '0' && l.at(0) <= '9' {
		l.pos++
	}
	name := l.src[start+1 : l.pos]
	closing, ok := closings[l.at(0)]
	if !ok {
		// An operator.
		l.pos = start + 1
		l.add(token{kind: punct, text: "~", line: line})
		return nil
	}
	if heredoc := strings.Repeat(closing, 3); (closing == `"` || closing == "'") && strings.HasPrefix(l.rest(), heredoc) {
		closing = heredoc
	}
	l.pos += len(closing)
	content, literal, err := l.until(closing, name[0] >= 'a', line)
	if err != nil {
		return err
	}
	modifier := l.pos
	for isSigil(l.at(0)) {
		l.pos++
	}
	switch {
	case !literal:
		l.add(token{kind: other, line: line})
	case name == "w" || name == "W":
		l.add(token{kind: words, text: l.src[modifier:l.pos], words: strings.Fields(content), line: line})
	case name == "s" || name == "S":
		l.add(token{kind: text, text: content, line: line})
	default:
		l.add(token{kind: other, line: line})
	}
	return nil
}

func (l *lexer) operator() error {
	for _, operator := range operators {
		if strings.HasPrefix(l.rest(), operator) {
			l.add(token{kind: punct, text: operator})
			l.pos += len(operator)
			return nil
		}
	}
	r, size := utf8.DecodeRuneInString(l.rest())
	if !strings.ContainsRune("()[]{}<>,.@&|!=+-*/^:%~", r) {
		return &SyntaxError{l.line, fmt.Sprintf("%q is no part of Elixir here", r)}
	}
	l.add(token{kind: punct, text: string(r)})
	l.pos += size
	return nil
}

// environment is the length of an interpolation that gives the environment's name.
func (l *lexer) environment() int {
	if l.env != "" {
		for _, call := range []string{"config_env()", "Mix.env()", "Mix.env", "config_env"} {
			if interpolation := "#{" + call + "}"; strings.HasPrefix(l.rest(), interpolation) {
				return len(interpolation)
			}
		}
	}
	return 0
}
