// SPDX-License-Identifier: Apache-2.0

package starlarkdoc

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// Decode reads a ModuleInfo as starlark_doc_extract writes it (.binaryproto).
func Decode(data []byte) (*Module, error) {
	m := &Module{}
	other := func(value) error {
		m.Others++
		return nil
	}
	err := message(data, fields{
		1: list(&m.Rules, decodeRule),
		2: list(&m.Providers, decodeProvider),
		3: list(&m.Functions, decodeFunction),
		4: other,
		5: text(&m.Doc),
		6: text(&m.File),
		7: list(&m.Extensions, decodeExtension),
		8: other,
		9: other,
	})
	if err != nil {
		return nil, err
	}
	if m.File == "" {
		return nil, errors.New("it has no name of a file: expected a ModuleInfo, as starlark_doc_extract writes it")
	}
	return m, nil
}

func decodeRule(data []byte, r *Rule) error {
	var provides []string
	err := message(data, fields{
		1: text(&r.Name),
		2: text(&r.Doc),
		3: list(&r.Attributes, decodeAttribute),
		5: one(&provides, decodeProviderNames),
		6: flag(&r.Test),
		7: flag(&r.Executable),
	})
	r.Provides = provides
	return err
}

func decodeAttribute(data []byte, a *Attribute) error {
	return message(data, fields{
		1: text(&a.Name),
		2: text(&a.Doc),
		3: number(&a.Type),
		4: flag(&a.Mandatory),
		5: list(&a.Providers, decodeProviderNames),
		6: text(&a.Default),
	})
}

func decodeProviderNames(data []byte, names *[]string) error {
	return message(data, fields{1: list(names, decodeText)})
}

func decodeProvider(data []byte, p *Provider) error {
	return message(data, fields{
		1: text(&p.Name),
		2: text(&p.Doc),
		3: list(&p.Fields, decodeField),
	})
}

func decodeField(data []byte, f *Field) error {
	return message(data, fields{1: text(&f.Name), 2: text(&f.Doc)})
}

func decodeFunction(data []byte, f *Function) error {
	return message(data, fields{
		1: text(&f.Name),
		2: list(&f.Parameters, decodeParameter),
		3: text(&f.Doc),
	})
}

func decodeParameter(data []byte, p *Parameter) error {
	err := message(data, fields{
		1: text(&p.Name),
		2: text(&p.Doc),
		3: text(&p.Default),
		4: flag(&p.Mandatory),
	})
	// Bazel 7 does not say that they are the others. No macro has *args, which look the same.
	if !p.Mandatory && p.Default == "" {
		p.Name = "**" + p.Name
	}
	return err
}

func decodeExtension(data []byte, e *Extension) error {
	return message(data, fields{
		1: text(&e.Name),
		2: text(&e.Doc),
		3: list(&e.Tags, decodeTag),
	})
}

func decodeTag(data []byte, t *Tag) error {
	return message(data, fields{
		1: text(&t.Name),
		2: text(&t.Doc),
		3: list(&t.Attributes, decodeAttribute),
	})
}

// A value is that of one field: bytes for texts and messages, a number for the rest.
type value struct {
	wire   protowire.Type
	bytes  []byte
	number uint64
}

// fields take the values of a message by the fields' numbers. As ever in protocol buffers, others are passed over.
type fields map[protowire.Number]func(value) error

func message(data []byte, take fields) error {
	for len(data) > 0 {
		num, wire, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		v := value{wire: wire}
		switch wire {
		case protowire.BytesType:
			v.bytes, n = protowire.ConsumeBytes(data)
		case protowire.VarintType:
			v.number, n = protowire.ConsumeVarint(data)
		default:
			n = protowire.ConsumeFieldValue(num, wire, data)
		}
		if n < 0 {
			return fmt.Errorf("field %d: %w", num, protowire.ParseError(n))
		}
		data = data[n:]
		if use := take[num]; use != nil {
			if err := use(v); err != nil {
				return fmt.Errorf("field %d: %w", num, err)
			}
		}
	}
	return nil
}

func (v value) expect(wire protowire.Type) error {
	if v.wire != wire {
		return fmt.Errorf("its wire type is %d, expected %d", v.wire, wire)
	}
	return nil
}

// one decodes a field that is there once.
func one[T any](to *T, decode func([]byte, *T) error) func(value) error {
	return func(v value) error {
		if err := v.expect(protowire.BytesType); err != nil {
			return err
		}
		return decode(v.bytes, to)
	}
}

// list decodes a repeated field.
func list[T any](to *[]T, decode func([]byte, *T) error) func(value) error {
	return func(v value) error {
		var element T
		if err := one(&element, decode)(v); err != nil {
			return err
		}
		*to = append(*to, element)
		return nil
	}
}

func text(to *string) func(value) error { return one(to, decodeText) }

func decodeText(data []byte, to *string) error {
	if !utf8.Valid(data) {
		return errors.New("it is not UTF-8")
	}
	*to = once(string(data))
	return nil
}

// once undoes what Bazel 7 does to texts: it reads .bzl files as Latin-1, and writes them as UTF-8 again. What was written
// as it should be has other letters, or is no UTF-8 when read so.
func once(text string) string {
	var latin1 []byte
	for _, r := range text {
		if r > 0xff {
			return text
		}
		latin1 = append(latin1, byte(r))
	}
	if utf8.Valid(latin1) {
		return string(latin1)
	}
	return text
}

func flag(to *bool) func(value) error {
	return func(v value) error {
		*to = v.number != 0
		return v.expect(protowire.VarintType)
	}
}

func number[T ~int](to *T) func(value) error {
	return func(v value) error {
		*to = T(v.number)
		return v.expect(protowire.VarintType)
	}
}
