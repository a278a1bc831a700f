// SPDX-License-Identifier: Apache-2.0

package mixexs

// Config is what a configuration file imports.
type Config struct {
	// Files are relative to the file's directory. Optional ones are in a block, which may not be run.
	Files    []string
	Optional []string
	Unread   []Unread
}

// Imports finds the `import_config`s of a configuration file in an environment.
func Imports(data []byte, env string) (*Config, error) {
	tokens, err := (&lexer{src: string(data), line: 1, env: env}).all()
	if err != nil {
		return nil, err
	}
	c := &Config{}
	p := &parser{tokens: tokens}
	blocks := 0
	for p.peek().kind != end {
		switch t := p.peek(); {
		case p.isWord("import_config"):
			p.take()
			start := p.pos
			v, err := p.expression()
			if err != nil {
				return nil, err
			}
			switch {
			case v.kind != stringValue:
				u := p.describe(start)
				c.Unread = append(c.Unread, Unread{Key: "import_config", Line: t.line, Text: u.describe()})
			case blocks > 0:
				c.Optional = append(c.Optional, v.text)
			default:
				c.Files = append(c.Files, v.text)
			}
		case p.isWord("do", "fn"):
			blocks++
			p.take()
		case p.isWord("end"):
			blocks--
			p.take()
		default:
			p.take()
		}
	}
	return c, nil
}
