// SPDX-License-Identifier: Apache-2.0

package hermeticity

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The parts of analysis.ActionGraphContainer (analysis_v2.proto of Bazel) that may hold a path. Contents of written files
// are not among them: text is not a use of the host.
type action struct {
	TargetID    uint64   `json:"targetId"`
	Mnemonic    string   `json:"mnemonic"`
	Arguments   []string `json:"arguments"`
	Environment []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
	} `json:"environmentVariables"`
	ParamFiles []struct {
		Arguments []string `json:"arguments"`
	} `json:"paramFiles"`
}

type target struct {
	ID    uint64 `json:"id"`
	Label string `json:"label"`
}

// readAquery reads one JSON document of "bazel aquery --output=jsonproto" and hands on actions and targets, one at a time:
// the whole may be larger than memory. It returns io.EOF if there is no further document.
func readAquery(dec *json.Decoder, onAction func(action), onTarget func(target)) error {
	if err := expect(dec, '{'); err != nil {
		return err // io.EOF: no document
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return cutOff(err)
		}
		switch key {
		case "actions":
			err = each(dec, onAction)
		case "targets":
			err = each(dec, onTarget)
		default: // artifacts, sets of files…: large lists of small things
			err = skip(dec)
		}
		if err != nil {
			return fmt.Errorf("in %q: %w", key, cutOff(err))
		}
	}
	return cutOff(expect(dec, '}'))
}

// each decodes the elements of a list.
func each[T any](dec *json.Decoder, use func(T)) error {
	if err := expect(dec, '['); err != nil {
		return err
	}
	for dec.More() {
		var element T
		if err := dec.Decode(&element); err != nil {
			return err
		}
		use(element)
	}
	return expect(dec, ']')
}

// skip reads over a value, of a list or an object element by element.
func skip(dec *json.Decoder) error {
	token, err := dec.Token()
	if _, list := token.(json.Delim); err != nil || !list {
		return err
	}
	for dec.More() {
		var element json.RawMessage
		if token == json.Delim('{') {
			if _, err := dec.Token(); err != nil {
				return err
			}
		}
		if err := dec.Decode(&element); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

func expect(dec *json.Decoder, want json.Delim) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	if token != want {
		return fmt.Errorf("expected %q, found %v", want.String(), token)
	}
	return nil
}

func cutOff(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
