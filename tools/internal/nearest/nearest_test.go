// SPDX-License-Identifier: Apache-2.0

package nearest

import "testing"

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"A", "", 1}, {"", "AB", 2}, {"AB", "BA", 1}, {"ABC", "AXC", 1}, {"KITTEN", "SITTING", 3}, {"SLECETED", "SELECTED", 2}} {
		if got := Distance(test.a, test.b); got != test.want {
			t.Errorf("%s, %s: got %d, want %d", test.a, test.b, got, test.want)
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("ABC", "ACB")
	f.Fuzz(func(t *testing.T, a, b string) {
		a, b = a[:min(len(a), 50)], b[:min(len(b), 50)]
		d := Distance(a, b)
		if d != Distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) {
			t.Fatalf("distance of %q and %q is %d", a, b, d)
		}
	})
}
