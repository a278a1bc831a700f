// SPDX-License-Identifier: Apache-2.0

// Hook is what a user has as post_build of an image: it gets the tree as a tar archive and writes another.
//
//	hook IN.tar OUT.tar COMMAND…
//
// The commands, in any order:
//
//	add=PATH=TEXT   a file, mode 0755, in place of what is there
//	remove=PATH     what is there, and below it
//	fail, late, shuffle, device, nothing
//	                what must not be done: fail, members with another time, in another order, a device, no archive
package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

type member struct {
	tar.Header
	content []byte
}

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintf(os.Stderr, "hook: %v\n", err)
		os.Exit(1)
	}
}

func run(in, out string, commands []string) error {
	members, err := read(in)
	if err != nil {
		return err
	}
	sorted := true
	for _, command := range commands {
		name, value, _ := strings.Cut(command, "=")
		switch name {
		case "add":
			path, text, _ := strings.Cut(value, "=")
			members = slices.DeleteFunc(members, func(m member) bool { return m.Name == path })
			members = append(members, member{tar.Header{Name: path, Mode: 0o755, Size: int64(len(text)), ModTime: time.Unix(0, 0)}, []byte(text)})
		case "remove":
			before := len(members)
			members = slices.DeleteFunc(members, func(m member) bool { return m.Name == value || strings.HasPrefix(m.Name, value+"/") })
			if len(members) == before {
				return fmt.Errorf("there is no %s", value)
			}
		case "fail":
			return errors.New("as asked")
		case "late":
			members[0].ModTime = time.Unix(1e9, 0)
		case "shuffle":
			sorted = false
		case "device":
			members = append(members, member{Header: tar.Header{Name: "dev/null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, ModTime: time.Unix(0, 0)}})
		case "nothing":
			return nil
		default:
			return fmt.Errorf("no such command: %s", command)
		}
	}
	slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.Name, b.Name) })
	if !sorted {
		slices.Reverse(members)
	}
	return write(out, members)
}

func read(path string) ([]member, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var members []member
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if err == io.EOF {
			return members, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		members = append(members, member{*h, content})
	}
}

func write(path string, members []member) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	for _, m := range members {
		if err := w.WriteHeader(&m.Header); err != nil {
			return err
		}
		if _, err := w.Write(m.content); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), f.Close())
}
