// SPDX-License-Identifier: Apache-2.0

package hermeticity

import (
	"regexp"
	"strings"
)

// A host path is an absolute path below a directory that systems have at their root: those of the Filesystem Hierarchy
// Standard, /proc and /sys, /Users, /nix and /snap. It has to begin where a path can begin:
//
//   - at the start of a word, or after one of = : , ; ( < > | & { [ ! @
//   - after quotes or backslashes which themselves stand there ("$DIR"/usr is below $DIR, and no host path)
//   - after an option which itself stands there: one letter (-I/usr) or one of the compilers' (-isystem/usr)
//   - after file:// anywhere
//
// So these are none: //bin/foo (a label), external/x/usr/lib and ./usr (relative), -Iexternal/usr, ${WORK}/usr and
// $(pwd)/usr (below whatever that is), https://host/usr, /usrlocal.
var (
	roots = map[string]bool{}

	starts  = "=:,;(<>|&{[!@"
	quotes  = "\"'`\\"
	options = regexp.MustCompile(`-{1,2}(?:[A-Za-z]|isystem|iquote|idirafter|include|imacros|iprefix|isysroot|iwithsysroot|iframework)?$`)

	// These hold nothing of the host. Compilers get /proc/self/cwd as a prefix to map away.
	harmless = regexp.MustCompile(`^/(?:dev/(?:null|zero|full|stdin|stdout|stderr|fd/[0-9]+)|proc/self/(?:cwd|fd/[0-9]+))` +
		`(?:$|[^A-Za-z0-9_.+-])`)
)

func init() {
	for _, r := range strings.Fields("bin boot dev etc home lib lib32 lib64 libx32 media mnt nix opt proc root run sbin snap srv sys tmp usr var Users") {
		roots[r] = true
	}
}

// hostWords returns the words of s, as white space separates them, that hold a host path.
func hostWords(s string) []string {
	var words []string
	for _, word := range strings.Fields(s) {
		if holdsHostPath(word) {
			words = append(words, word)
		}
	}
	return words
}

func holdsHostPath(word string) bool {
	for i := 0; i < len(word); i++ {
		if word[i] != '/' {
			continue
		}
		name := i + 1
		for name < len(word) && inName(word[name]) {
			name++
		}
		if roots[word[i+1:name]] && mayBegin(word[:i]) && !harmless.MatchString(word[i:]) {
			return true
		}
	}
	return false
}

// mayBegin reports whether a path may begin after this part of a word.
func mayBegin(before string) bool {
	if strings.HasSuffix(before, "file://") {
		return true
	}
	before = strings.TrimRight(before, quotes)
	end := max(0, len(before)-len("--iwithsysroot")) // of what the longest option leaves; words may be long
	if at := options.FindStringIndex(before[end:]); at != nil {
		before = strings.TrimRight(before[:end+at[0]], quotes)
	}
	return before == "" || strings.IndexByte(starts, before[len(before)-1]) >= 0
}

func inName(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("_.+-", c) >= 0
}
