// SPDX-License-Identifier: Apache-2.0

package mixexs

import (
	"fmt"
	"strings"
)

// A value is an expression, as far as it can be read.
type value struct {
	kind valueKind
	line int
	// text is the name of an atom, a call or an attribute, the content of a string, or what an unreadable expression
	// begins with.
	text string
	// elems are those of a list or a tuple, the operands of a sum of lists, the arguments of a call.
	elems []value
	// key is that of an element of a list, if keyed.
	key   string
	keyed bool
}

type valueKind int

const (
	unreadable valueKind = iota
	atomValue            // true, false and nil too
	stringValue
	listValue
	tupleValue
	sumValue       // list ++ list
	callValue      // of a function of the file, with literal arguments
	attributeValue // @name
	environment    // Mix.env()
)

// A clause is one of a function.
type clause struct {
	// args are the patterns.
	args    []value
	guarded bool
	body    []token
	line    int
}

// A source is a mix.exs.
type source struct {
	functions  map[string][]clause
	attributes map[string]value
}

type parser struct {
	tokens []token
	pos    int
	depth  int
}

// maxDepth is more than a person nests.
const maxDepth = 200

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) take() token {
	t := p.tokens[p.pos]
	if t.kind != end {
		p.pos++
	}
	return t
}

func (p *parser) is(operators ...string) bool {
	t := p.peek()
	for _, operator := range operators {
		if t.kind == punct && t.text == operator {
			return true
		}
	}
	return false
}

func (p *parser) isWord(words ...string) bool {
	t := p.peek()
	for _, word := range words {
		if t.kind == ident && t.text == word {
			return true
		}
	}
	return false
}

func (p *parser) newlines() {
	for p.peek().kind == newline {
		p.pos++
	}
}

var brackets = map[string]string{"(": ")", "[": "]", "{": "}", "%{": "}", "<<": ">>"}

// skip takes one token, or all of a bracket or block that it opens.
func (p *parser) skip() error {
	var open []token
	for {
		t := p.take()
		switch {
		case t.kind == end:
			if len(open) > 0 {
				last := open[len(open)-1]
				return &SyntaxError{last.line, fmt.Sprintf("%q is not closed", last.text)}
			}
			return nil
		case t.kind == punct && brackets[t.text] != "", t.kind == ident && (t.text == "do" || t.text == "fn"):
			open = append(open, t)
		case t.kind == punct && (t.text == ")" || t.text == "]" || t.text == "}" || t.text == ">>"), t.kind == ident && t.text == "end":
			if len(open) == 0 {
				return &SyntaxError{t.line, fmt.Sprintf("%q closes nothing", t.text)}
			}
			last := open[len(open)-1]
			want := brackets[last.text]
			if last.kind == ident {
				want = "end"
			}
			if want != t.text {
				return &SyntaxError{t.line, fmt.Sprintf("%q closes the %q of line %d", t.text, last.text, last.line)}
			}
			open = open[:len(open)-1]
		}
		if len(open) == 0 {
			return nil
		}
	}
}

// parse finds the functions and attributes of the modules in the file.
func parse(data string) (*source, error) {
	tokens, err := (&lexer{src: data, line: 1}).all()
	if err != nil {
		return nil, err
	}
	// First of all: it is whole.
	whole := &parser{tokens: tokens}
	for whole.peek().kind != end {
		if err := whole.skip(); err != nil {
			return nil, err
		}
	}

	s := &source{functions: map[string][]clause{}, attributes: map[string]value{}}
	p := &parser{tokens: tokens}
	for p.peek().kind != end {
		switch {
		case p.isWord("defmodule"):
			// Its block is read as if it were the file.
			for p.peek().kind != end && p.peek().kind != newline && !p.isWord("do") {
				p.take()
			}
			if p.isWord("do") {
				p.take()
			}
		case p.isWord("def", "defp"):
			if err := p.function(s); err != nil {
				return nil, err
			}
		case p.is("@") && p.tokens[p.pos+1].kind == ident:
			p.take()
			name := p.take()
			if p.peek().kind == newline || p.peek().kind == end {
				break
			}
			v, err := p.expression()
			if err != nil {
				return nil, err
			}
			if _, again := s.attributes[name.text]; again {
				v = value{line: name.line, text: "@" + name.text + ", which is set twice"}
			}
			s.attributes[name.text] = v
		case p.isWord("end"):
			// Of the module.
			p.take()
		default:
			if err := p.skip(); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// function takes a `def`.
func (p *parser) function(s *source) error {
	p.take()
	name := p.peek()
	if name.kind != ident {
		return nil
	}
	p.take()
	c := clause{line: name.line}
	if name.glued {
		p.take()
		args, err := p.elements(")")
		if err != nil {
			return err
		}
		c.args = args
	}
	if p.isWord("when") {
		c.guarded = true
	}
	// The head ends with `do` or `, do:`.
	for !p.isWord("do") && !p.is(",") {
		if k := p.peek().kind; k == newline || k == end {
			// No body: a head with defaults.
			return nil
		}
		if err := p.skip(); err != nil {
			return err
		}
	}
	start := 0
	if p.isWord("do") {
		start = p.pos + 1
		if err := p.skip(); err != nil {
			return err
		}
		c.body = p.tokens[start : p.pos-1]
	} else {
		p.take()
		p.newlines()
		if t := p.take(); t.kind != key || t.text != "do" {
			return nil
		}
		start = p.pos
		if _, err := p.expression(); err != nil {
			return err
		}
		c.body = p.tokens[start:p.pos]
	}
	s.functions[name.text] = append(s.functions[name.text], c)
	return nil
}

// result is the value of the last expression in a block.
func result(body []token, line int) (value, error) {
	p := &parser{tokens: append(append([]token(nil), body...), token{kind: end, line: line})}
	v := value{line: line, text: "an empty function"}
	for {
		p.newlines()
		if p.peek().kind == end {
			return v, nil
		}
		before := p.pos
		var err error
		if v, err = p.expression(); err != nil {
			return v, err
		}
		if p.pos == before {
			return v, &SyntaxError{p.peek().line, fmt.Sprintf("%q is not expected here", p.peek().text)}
		}
	}
}

// ends tells whether an expression ends before the token.
func ends(t token) bool {
	switch t.kind {
	case end, newline:
		return true
	case punct:
		return t.text == "," || t.text == ")" || t.text == "]" || t.text == "}" || t.text == ">>"
	case ident:
		return t.text == "end"
	}
	return false
}

// infix tells whether an expression goes on with the token, even on the next line.
func infix(t token) bool {
	switch t.kind {
	case punct:
		switch t.text {
		case ",", "(", ")", "[", "]", "{", "}", "<<", ">>", "%{", "%", "@", "&", "^", "!", "~", "...", "..", "-", "+", ":":
			return false
		}
		return true
	case ident:
		return t.text == "and" || t.text == "or" || t.text == "in" || t.text == "when"
	}
	return false
}

// expression takes one, and what cannot be read up to where it ends.
func (p *parser) expression() (value, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxDepth {
		return value{}, &SyntaxError{p.peek().line, "brackets are nested too deeply"}
	}
	start := p.pos
	v, err := p.operand()
	if err != nil {
		return v, err
	}
	for {
		after := p.pos
		for p.tokens[after].kind == newline {
			after++
		}
		t := p.tokens[after]
		switch {
		case t.kind == punct && t.text == "++":
			p.pos = after + 1
			p.newlines()
			right, err := p.operand()
			if err != nil {
				return v, err
			}
			v = value{kind: sumValue, line: v.line, elems: []value{v, right}}
		case infix(t):
			p.pos = after
			return p.unreadable(start)
		case ends(p.peek()):
			return v, nil
		default:
			return p.unreadable(start)
		}
		if p.depth++; p.depth > maxDepth {
			return value{}, &SyntaxError{t.line, "too many operators"}
		}
		defer func() { p.depth-- }()
	}
}

// unreadable takes the rest of an expression that began with the token at start.
func (p *parser) unreadable(start int) (value, error) {
	for {
		for !ends(p.peek()) {
			continues := infix(p.peek())
			if err := p.skip(); err != nil {
				return value{}, err
			}
			if continues {
				p.newlines()
			}
		}
		after := p.pos
		for p.tokens[after].kind == newline {
			after++
		}
		if p.peek().kind != newline || !infix(p.tokens[after]) {
			break
		}
		p.pos = after
	}
	return p.describe(start), nil
}

// describe is an unreadable value that says how it begins.
func (p *parser) describe(start int) value {
	v := value{line: p.tokens[start].line}
	for i := start; i < p.pos && i < start+6; i++ {
		switch t := p.tokens[i]; t.kind {
		case newline:
			return v
		case atom:
			v.text += ":" + t.text
		case key:
			if i > start && p.tokens[i-1].kind != punct {
				v.text += " "
			}
			v.text += t.text + ": "
		case text:
			v.text += fmt.Sprintf("%q", t.text)
		case other, words:
			v.text += "…"
		case punct:
			if t.text == "," {
				v.text += ", "
			} else if infix(t) && t.text != "." {
				v.text += " " + t.text + " "
			} else {
				v.text += t.text
			}
		default:
			if i > start && (p.tokens[i-1].kind == ident || p.tokens[i-1].kind == alias) {
				v.text += " "
			}
			v.text += t.text
		}
	}
	if p.pos > start+6 {
		v.text = strings.TrimSpace(v.text) + " …"
	}
	return v
}

// operand takes a literal, a call, or one token.
func (p *parser) operand() (value, error) {
	start := p.pos
	t := p.peek()
	v := value{line: t.line}
	switch {
	case ends(t):
		return v, nil
	case t.kind == atom:
		p.take()
		v.kind, v.text = atomValue, t.text
	case t.kind == text:
		p.take()
		v.kind, v.text = stringValue, t.text
	case t.kind == words:
		p.take()
		v.kind = listValue
		for _, word := range t.words {
			elem := value{kind: stringValue, line: t.line, text: word}
			if t.text == "a" {
				elem.kind = atomValue
			}
			v.elems = append(v.elems, elem)
		}
	case p.is("[", "{"):
		p.take()
		elems, err := p.elements(brackets[t.text])
		if err != nil {
			return v, err
		}
		v.kind, v.elems = listValue, elems
		if t.text == "{" {
			v.kind = tupleValue
			v.elems = trailingList(elems)
		}
	case p.is("("):
		p.take()
		elems, err := p.elements(")")
		if err != nil {
			return v, err
		}
		if len(elems) != 1 || elems[0].keyed {
			return p.describe(start), nil
		}
		return elems[0], nil
	case p.is("@") && p.tokens[p.pos+1].kind == ident:
		p.take()
		v.kind, v.text = attributeValue, p.take().text
	case t.kind == ident && (t.text == "true" || t.text == "false" || t.text == "nil"):
		p.take()
		v.kind, v.text = atomValue, t.text
	case t.kind == ident && t.text != "do" && t.text != "fn":
		p.take()
		v.kind, v.text = callValue, t.text
		if t.glued {
			p.take()
			elems, err := p.elements(")")
			if err != nil {
				return v, err
			}
			v.elems = elems
		}
	case t.kind == alias && t.text == "Mix" && p.pos+2 < len(p.tokens) && p.tokens[p.pos+1].text == "." && p.tokens[p.pos+2].text == "env":
		p.pos += 3
		v.kind = environment
		if p.is("(") {
			if err := p.skip(); err != nil {
				return v, err
			}
		}
	default:
		if err := p.skip(); err != nil {
			return v, err
		}
		return p.describe(start), nil
	}
	return v, nil
}

// elements takes those of a bracket, and the closing one.
func (p *parser) elements(closing string) ([]value, error) {
	var elems []value
	for {
		p.newlines()
		if p.is(closing) {
			p.take()
			return elems, nil
		}
		if p.peek().kind == end {
			return nil, &SyntaxError{p.peek().line, fmt.Sprintf("%q is missing", closing)}
		}
		start := p.pos
		name, keyed := "", false
		line := p.peek().line
		if p.peek().kind == key {
			name, keyed = p.take().text, true
			p.newlines()
		}
		v, err := p.expression()
		if err != nil {
			return nil, err
		}
		if keyed {
			v.key, v.keyed, v.line = name, true, line
		}
		elems = append(elems, v)
		p.newlines()
		switch {
		case p.is(","):
			p.take()
		case p.is(closing):
		default:
			return nil, &SyntaxError{p.peek().line, fmt.Sprintf("%q is not expected here", p.peek().text)}
		}
		if p.pos == start {
			return nil, &SyntaxError{p.peek().line, fmt.Sprintf("%q is not expected here", p.peek().text)}
		}
	}
}

// trailingList makes one list, the last element, of the keyed ones.
func trailingList(elems []value) []value {
	for i, elem := range elems {
		if elem.keyed {
			return append(elems[:i:i], value{kind: listValue, line: elem.line, elems: elems[i:]})
		}
	}
	return elems
}
