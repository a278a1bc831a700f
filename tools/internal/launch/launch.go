// SPDX-License-Identifier: Apache-2.0

package launch

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const (
	maxLinks     = 40 // as the kernel's own limit on symlinks
	maxAliases   = 8
	maxPathBytes = 4096
)

// Command is what to hand to execve.
type Command struct {
	Path string
	Argv []string
	Env  []string
}

// Resolve turns an invocation of a tool into the command that it stands for.
// Paths stay as relative as they were given: they show up in compiler output.
func Resolve(argv, env []string) (*Command, error) {
	if len(argv) == 0 || argv[0] == "" {
		return nil, errors.New("started without a name in argv[0], so the tool is unknown")
	}
	path, err := Lookup(argv[0], env)
	if err != nil {
		return nil, err
	}
	bin, sidecar, err := Find(path)
	if err != nil {
		return nil, err
	}
	// Each alias's arguments go before those of the alias that named it.
	var aliasArgs []string
	for n := 0; sidecar.Alias != ""; n++ {
		if n == maxAliases {
			return nil, errors.New(path + ": more than " + strconv.Itoa(maxAliases) + " aliases in a row")
		}
		aliasArgs = append(append([]string{}, sidecar.Args...), aliasArgs...)
		target := join(bin, sidecar.Alias)
		if bin, sidecar, err = Find(target); err != nil {
			return nil, errors.New(path + " is an alias of " + target + ": " + err.Error())
		}
	}
	return sidecar.command(bin, argv, aliasArgs, env)
}

// Lookup finds the path behind argv[0] as execvp does.
func Lookup(name string, env []string) (string, error) {
	if strings.IndexByte(name, '/') >= 0 {
		return name, nil
	}
	search := ""
	for _, entry := range env {
		if strings.HasPrefix(entry, "PATH=") {
			search = entry[len("PATH="):]
		}
	}
	for _, dir := range strings.Split(search, ":") {
		path := join(dir, name)
		var st syscall.Stat_t
		if syscall.Stat(path, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFREG && st.Mode&0o111 != 0 {
			return path, nil
		}
	}
	return "", errors.New(name + ": started by a name without a slash that is not on PATH (" + search + "), so its " + Suffix + " file cannot be found")
}

// Find reads the sidecar of the tool at path: beside path itself or, one
// symlink further each time, beside what it points to. It returns the
// sidecar's directory too.
func Find(path string) (bin string, s *Sidecar, err error) {
	var tried []string
	for at := path; len(tried) <= maxLinks; {
		file := at + Suffix
		tried = append(tried, file)
		data, err := readFile(file)
		if err == nil {
			s, err := Parse(data)
			if err != nil {
				return "", nil, errors.New(file + ": " + err.Error())
			}
			return dirOf(at), s, nil
		}
		if err != syscall.ENOENT {
			return "", nil, errors.New("cannot read " + file + ": " + err.Error())
		}
		target, err := readlink(at)
		if err == syscall.EINVAL { // not a symlink: the launcher itself
			break
		}
		if err != nil {
			return "", nil, errors.New("cannot follow " + at + ": " + err.Error())
		}
		at = join(dirOf(at), target)
	}
	return "", nil, errors.New(path + " has no " + Suffix + " file beside it or beside what it links to; tried " +
		strings.Join(tried, ", ") + "; a launched tool is a symlink to the launcher with <name>" + Suffix + " beside it")
}

// command builds the execve call of a program's sidecar found in bin.
func (s *Sidecar) command(bin string, argv, aliasArgs, env []string) (*Command, error) {
	tree, err := s.findTree(bin)
	if err != nil {
		return nil, err
	}
	lookup := func(name string) (string, bool) {
		switch name {
		case "TREE":
			return tree, true
		case "BIN":
			return bin, true
		}
		return "", false
	}

	argv0 := argv[0]
	if s.Argv0 != "" {
		if argv0, err = Expand(s.Argv0, lookup); err != nil {
			return nil, errors.New(`"argv0": ` + err.Error())
		}
	}
	c := &Command{Path: join(tree, s.Program)}
	if s.Loader == "" {
		c.Argv = []string{argv0}
	} else {
		program := c.Path
		c.Path = join(tree, s.Loader)
		c.Argv = []string{c.Path, "--inhibit-cache"}
		if len(s.LibraryPath) > 0 {
			var dirs []string
			for _, dir := range s.LibraryPath {
				dirs = append(dirs, join(tree, dir))
			}
			c.Argv = append(c.Argv, "--library-path", strings.Join(dirs, ":"))
		}
		c.Argv = append(c.Argv, "--argv0", argv0, program)
	}

	if !s.noArgs(argv) {
		for _, arg := range s.Args {
			if arg, err = Expand(arg, lookup); err != nil {
				return nil, errors.New(`"args": ` + err.Error())
			}
			c.Argv = append(c.Argv, arg)
		}
		c.Argv = append(c.Argv, aliasArgs...)
	}
	c.Argv = append(c.Argv, argv[1:]...)

	for _, entry := range env {
		name := entry
		if i := strings.IndexByte(entry, '='); i >= 0 {
			name = entry[:i]
		}
		if _, replaced := s.Env[name]; replaced || ofHostLibc(name) {
			continue
		}
		c.Env = append(c.Env, entry)
	}
	names := make([]string, 0, len(s.Env))
	for name := range s.Env {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value, err := Expand(s.Env[name], lookup)
		if err != nil {
			return nil, errors.New(`"env" ` + name + ": " + err.Error())
		}
		c.Env = append(c.Env, name+"="+value)
	}
	return c, nil
}

// ofHostLibc says whether a variable is meant for the host's loader and libc:
// the program's own would read it too, and load files of another libc
// (libraries, character sets, locales) or change how it works.
func ofHostLibc(name string) bool {
	switch name {
	case "GLIBC_TUNABLES", "GCONV_PATH", "LOCPATH":
		return true
	}
	return strings.HasPrefix(name, "LD_")
}

func (s *Sidecar) findTree(bin string) (string, error) {
	want := s.Loader
	if want == "" {
		want = s.Program
	}
	var tried []string
	for _, candidate := range s.Tree {
		tree := join(bin, candidate)
		file := join(tree, want)
		var st syscall.Stat_t
		if syscall.Stat(file, &st) == nil {
			return tree, nil
		}
		tried = append(tried, file)
	}
	return "", errors.New("the program's files are missing: none of " + strings.Join(tried, ", ") +
		" exists; they must be inputs of the action that starts the tool")
}

func (s *Sidecar) noArgs(argv []string) bool {
	if len(argv) > 1 {
		for _, first := range s.NoArgsIfFirst {
			if argv[1] == first {
				return true
			}
		}
	}
	return false
}

// dirOf returns path up to its last slash, "." if it has none; unlike
// filepath.Dir it leaves the rest as it is.
func dirOf(path string) string {
	switch i := strings.LastIndexByte(path, '/'); i {
	case -1:
		return "."
	case 0:
		return "/"
	default:
		return path[:i]
	}
}

// join is path.Join without cleaning: a/../b is another place than b where a
// is a symlink. "." and "" as dir add nothing.
func join(dir, path string) string {
	switch {
	case path == "" || path == ".":
		return dir
	case path[0] == '/':
		return path
	case dir == "" || dir == ".":
		// A name alone would be searched on PATH by some readers of it.
		if strings.IndexByte(path, '/') < 0 {
			return "./" + path
		}
		return path
	case dir[len(dir)-1] == '/':
		return dir + path
	}
	return dir + "/" + path
}

func readlink(path string) (string, error) {
	buf := make([]byte, maxPathBytes)
	n, err := syscall.Readlink(path, buf)
	if err != nil {
		return "", err
	}
	return string(buf[:n]), nil
}

// readFile avoids package os, which would set up a poller.
func readFile(path string) ([]byte, error) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(fd)
	buf := make([]byte, 0, 4096)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := syscall.Read(fd, buf[len(buf):cap(buf)])
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return nil, err
		case n == 0:
			return buf, nil
		default:
			buf = buf[:len(buf)+n]
		}
	}
}
