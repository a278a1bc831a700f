// SPDX-License-Identifier: Apache-2.0

// Package strictjson decodes JSON that a mistake must not survive.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Decode decodes data, which is one JSON value and nothing after it, into to,
// which has all of the value's fields.
func Decode(data []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(to); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("expected one JSON object, found more after it")
	}
	return nil
}
