// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"io"
	"testing"
)

// The lock that is checked in must be what `debianlock update` would write for
// the packages that are asked for, as far as that can be told offline.
func TestRepositoryLock(t *testing.T) {
	const dir = "../../../third_party/debian/"
	c := Config{Packages: dir + "packages.json", Lock: dir + "lock.json", Out: io.Discard}
	if err := Check(context.Background(), c, true); err != nil {
		t.Error(err)
	}
}
