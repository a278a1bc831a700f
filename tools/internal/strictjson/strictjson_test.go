// SPDX-License-Identifier: Apache-2.0

package strictjson

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

type value struct {
	Name  string  `json:"name"`
	Parts []value `json:"parts"`
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ data, message string }{
		{data: `{}`},
		{data: ` {"name": "a", "parts": [{"name": "b"}]} ` + "\n"},
		{data: ``, message: "EOF"},
		{data: `{"name": "a"`, message: "unexpected EOF"},
		{data: `{"name": 1}`, message: "cannot unmarshal number"},
		{data: `{"nam": "a"}`, message: `unknown field "nam"`},
		{data: `{"parts": [{"nam": "a"}]}`, message: `unknown field "nam"`},
		{data: `{} {}`, message: "more after it"},
		{data: `{} x`, message: "more after it"},
		{data: `{}]`, message: "more after it"},
	} {
		var got value
		err := Decode([]byte(c.data), &got)
		if c.message == "" && err != nil || c.message != "" && (err == nil || !strings.Contains(err.Error(), c.message)) {
			t.Errorf("%q: got %v, expected %q", c.data, err, c.message)
		}
	}
}

// What Decode takes, json.Unmarshal takes too, and understands in the same way.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"name": "a", "parts": [{}, {"name": "b"}]}`, `{} {}`, `null`, `[`, `{"nam": 1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var got, want value
		if Decode(data, &got) != nil {
			return
		}
		if err := json.Unmarshal(data, &want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %#v, json.Unmarshal has %#v (%v)", data, got, want, err)
		}
	})
}
