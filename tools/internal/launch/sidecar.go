// SPDX-License-Identifier: Apache-2.0

// Package launch starts a program of a foreign libc through its own loader.
//
// A tool is a symlink bin/<name> to the launcher binary, with a sidecar file
// bin/<name>.launch beside it that says what to run. The package avoids fmt and
// encoding/json: configure scripts start tens of thousands of processes, and
// those imports cost almost a millisecond each time.
package launch

import (
	"errors"
	"strconv"
	"strings"
)

// Suffix is added to a tool's path to find its sidecar.
const Suffix = ".launch"

// Sidecar says what a tool is: a program to launch (Tree, Program, …), or an
// alias of another launched tool (Alias and Args only).
type Sidecar struct {
	// Tree lists candidate roots of the program's files, relative to the
	// sidecar's directory; the first that holds the loader is ${TREE}.
	Tree []string `json:"tree,omitempty"`
	// Loader is the dynamic loader inside the tree; empty for a static program.
	Loader string `json:"loader,omitempty"`
	// LibraryPath lists directories inside the tree.
	LibraryPath []string `json:"library_path,omitempty"`
	// Program is the program's file inside the tree.
	Program string `json:"program,omitempty"`
	// Argv0 is the name that the program sees; default: the name as invoked.
	Argv0 string `json:"argv0,omitempty"`
	// Args come before the user's arguments.
	Args []string `json:"args,omitempty"`
	// NoArgsIfFirst lists first arguments of the user that turn Args off.
	NoArgsIfFirst []string `json:"no_args_if_first,omitempty"`
	// Env is set over the inherited environment.
	Env map[string]string `json:"env,omitempty"`

	// Alias is the path of another launched tool, absolute or relative to the
	// sidecar's directory. Its Args are taken literally, after the tool's own.
	Alias string `json:"alias,omitempty"`
}

// Parse decodes a sidecar strictly: unknown or repeated fields, other types
// and data after the object are errors.
func Parse(data []byte) (*Sidecar, error) {
	d := &decoder{data: string(data)}
	s := &Sidecar{}
	var seen []string
	err := d.object(func(key string) error {
		for _, before := range seen {
			if key == before {
				return errors.New("field " + strconv.Quote(key) + " is given twice")
			}
		}
		seen = append(seen, key)
		var err error
		switch key {
		case "tree":
			s.Tree, err = d.stringList()
		case "loader":
			s.Loader, err = d.string()
		case "library_path":
			s.LibraryPath, err = d.stringList()
		case "program":
			s.Program, err = d.string()
		case "argv0":
			s.Argv0, err = d.string()
		case "args":
			s.Args, err = d.stringList()
		case "no_args_if_first":
			s.NoArgsIfFirst, err = d.stringList()
		case "env":
			s.Env, err = d.stringMap()
		case "alias":
			s.Alias, err = d.string()
		default:
			return errors.New("unknown field " + strconv.Quote(key))
		}
		if err != nil {
			return errors.New("field " + strconv.Quote(key) + ": " + err.Error())
		}
		return nil
	})
	if err == nil {
		err = d.end()
	}
	if err != nil {
		return nil, errors.New("byte " + strconv.Itoa(d.pos) + ": " + err.Error())
	}
	return s, s.validate()
}

func (s *Sidecar) validate() error {
	if s.Alias != "" {
		if s.Tree != nil || s.Loader != "" || s.LibraryPath != nil || s.Program != "" ||
			s.Argv0 != "" || s.NoArgsIfFirst != nil || s.Env != nil {
			return errors.New(`an alias may have "alias" and "args" only`)
		}
	} else {
		switch {
		case len(s.Tree) == 0:
			return errors.New(`"tree" must name at least one directory (or "alias" another tool)`)
		case s.Program == "":
			return errors.New(`"program" is missing`)
		case s.Loader == "" && len(s.LibraryPath) > 0:
			return errors.New(`"library_path" needs a "loader"`)
		}
	}
	for key := range s.Env {
		if key == "" || strings.IndexByte(key, '=') >= 0 {
			return errors.New(`"env" has the impossible name ` + strconv.Quote(key))
		}
	}
	return nil
}

// Expand replaces ${NAME} by what lookup says. An unknown NAME is an error;
// "$${" stands for a literal "${", and every other "$" is left alone.
func Expand(text string, lookup func(name string) (string, bool)) (string, error) {
	if strings.Index(text, "${") < 0 {
		return text, nil
	}
	var out strings.Builder
	for {
		i := strings.Index(text, "${")
		if i < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		if i > 0 && text[i-1] == '$' {
			out.WriteString(text[:i-1])
			out.WriteString("${")
			text = text[i+2:]
			continue
		}
		out.WriteString(text[:i])
		text = text[i+2:]
		j := strings.IndexByte(text, '}')
		if j < 0 {
			return "", errors.New(`"${" without "}" (write "$${" for a literal "${")`)
		}
		value, ok := lookup(text[:j])
		if !ok {
			return "", errors.New("unknown placeholder ${" + text[:j] + `} (write "$${" for a literal "${")`)
		}
		out.WriteString(value)
		text = text[j+1:]
	}
}
