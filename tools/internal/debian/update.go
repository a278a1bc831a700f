// SPDX-License-Identifier: Apache-2.0

package debian

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// Resolve makes the lock for an intent; data are the bytes of its file.
func (a *Archive) Resolve(ctx context.Context, in *Intent, data []byte) (*Lock, error) {
	lock := &Lock{
		Version:      lockVersion,
		IntentSHA256: digest(data),
		Trees:        map[string][]string{},
		Packages:     map[string]File{},
		Sources:      map[string]Source{},
	}
	binaries := map[string]*BinaryIndex{}
	for _, name := range sortedKeys(in.Trees) {
		tree := in.Trees[name]
		index := binaries[tree.Suite]
		if index == nil {
			var err error
			if index, err = a.Binaries(ctx, tree.Suite); err != nil {
				return nil, fmt.Errorf("tree %q: %w", name, err)
			}
			binaries[tree.Suite] = index
		}
		packages, err := index.Resolve(tree)
		if err != nil {
			return nil, fmt.Errorf("tree %q: %w", name, err)
		}
		for _, p := range packages {
			lock.Trees[name] = append(lock.Trees[name], p.Key())
			if old, ok := lock.Packages[p.Key()]; ok && old != p.File {
				return nil, fmt.Errorf("tree %q: suite %q has another file for %s than the suite of an earlier tree: sha256 %s and %s; take both trees from one suite", name, tree.Suite, p.Key(), p.File.SHA256, old.SHA256)
			}
			lock.Packages[p.Key()] = p.File
		}
		slices.Sort(lock.Trees[name])
	}
	sources := map[string]*SourceIndex{}
	for _, name := range sortedKeys(in.Sources) {
		want := in.Sources[name]
		index := sources[want.Suite]
		if index == nil {
			var err error
			if index, err = a.Sources(ctx, want.Suite); err != nil {
				return nil, fmt.Errorf("source %q: %w", name, err)
			}
			sources[want.Suite] = index
		}
		source, err := index.Resolve(want)
		if err != nil {
			return nil, fmt.Errorf("source %q: %w", name, err)
		}
		lock.Sources[name] = *source
	}
	if err := lock.validate(); err != nil {
		return nil, fmt.Errorf("the mirror's index does not make a valid lock: %w", err)
	}
	return lock, nil
}

// parallelStats is how many files the mirror is asked about at the same time.
const parallelStats = 8

// Missing asks the mirror for every file of the lock and tells, a line each,
// what is wrong with those that it does not have as they are locked.
func (a *Archive) Missing(ctx context.Context, lock *Lock) []string {
	files := lock.Files()
	lines := make([]string, len(files))
	slots := make(chan struct{}, parallelStats)
	var wait sync.WaitGroup
	for i, f := range files {
		wait.Add(1)
		slots <- struct{}{}
		go func() {
			defer wait.Done()
			if err := a.Stat(ctx, f); err != nil {
				lines[i] = err.Error()
			}
			<-slots
		}()
	}
	wait.Wait()
	return slices.DeleteFunc(lines, func(line string) bool { return line == "" })
}

// Config says what the commands work on.
type Config struct {
	Packages string // the file packages.json
	Lock     string // the file lock.json
	Mirror   string // empty: see FindMirror
	Keyrings []string
	Out      io.Writer // the report
	Err      io.Writer // warnings
}

// Update resolves packages.json and rewrites lock.json.
func Update(ctx context.Context, c Config) error {
	data, in, err := c.readIntent()
	if err != nil {
		return err
	}
	archive, err := c.archive()
	if err != nil {
		return err
	}
	lock, err := archive.Resolve(ctx, in, data)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Packages, err)
	}
	old, err := c.readLock()
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(c.Err, "debianlock: the lock so far is not readable and is made anew: %v\n", err)
	}
	encoded, err := lock.Encode()
	if err != nil {
		return fmt.Errorf("encoding the lock: %w", err)
	}
	if err := writeFile(c.Lock, encoded); err != nil {
		return fmt.Errorf("writing the lock: %w", err)
	}
	changes := lock.Diff(old)
	for _, line := range changes {
		fmt.Fprintln(c.Out, line)
	}
	if len(changes) == 0 {
		fmt.Fprintln(c.Out, "nothing has changed")
	}
	for _, name := range sortedKeys(lock.Trees) {
		var size int64
		for _, key := range lock.Trees[name] {
			size += lock.Packages[key].Size
		}
		fmt.Fprintf(c.Out, "tree %s: %d packages, %.1f MB\n", name, len(lock.Trees[name]), float64(size)/1e6)
	}
	return nil
}

// Check tells whether lock.json is sound and made from packages.json and, unless
// offline, whether the mirror still has every file and would give the same lock.
func Check(ctx context.Context, c Config, offline bool) error {
	const remedy = "run `debianlock update` and look at what changes"
	data, in, err := c.readIntent()
	if err != nil {
		return err
	}
	lock, err := c.readLock()
	if err != nil {
		return fmt.Errorf("%w; %s", err, remedy)
	}
	if err := lock.Matches(in, data); err != nil {
		return fmt.Errorf("%s: %w; %s", c.Lock, err, remedy)
	}
	if offline {
		fmt.Fprintf(c.Out, "the lock is sound: %d packages, %d sources\n", len(lock.Packages), len(lock.Sources))
		return nil
	}
	archive, err := c.archive()
	if err != nil {
		return err
	}
	// Before the mirror's newer packages, which packages.json may not be fit for.
	missing := archive.Missing(ctx, lock)
	for _, line := range missing {
		fmt.Fprintf(c.Out, "missing: %s\n", line)
	}
	now, err := archive.Resolve(ctx, in, data)
	if err != nil {
		return fmt.Errorf("%d of the lock's %d files are missing; what the mirror has now makes no other lock: %s: %w", len(missing), len(lock.Files()), c.Packages, err)
	}
	changes := now.Diff(lock)
	for _, line := range changes {
		fmt.Fprintf(c.Out, "superseded: %s\n", line)
	}
	if len(changes)+len(missing) > 0 {
		return fmt.Errorf("%s is not what the mirror has now: %d changes, %d files missing (listed above); %s", c.Lock, len(changes), len(missing), remedy)
	}
	fmt.Fprintf(c.Out, "the lock is sound and the mirror agrees: %d packages, %d sources\n", len(lock.Packages), len(lock.Sources))
	return nil
}

func (c Config) readIntent() ([]byte, *Intent, error) {
	data, err := os.ReadFile(c.Packages)
	if err != nil {
		return nil, nil, fmt.Errorf("reading what is wanted: %w", err)
	}
	in, err := DecodeIntent(data)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", c.Packages, err)
	}
	return data, in, nil
}

func (c Config) readLock() (*Lock, error) {
	data, err := os.ReadFile(c.Lock)
	if err != nil {
		return nil, fmt.Errorf("reading the lock: %w", err)
	}
	lock, err := DecodeLock(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Lock, err)
	}
	return lock, nil
}

func (c Config) archive() (*Archive, error) {
	mirror, err := FindMirror(c.Mirror)
	if err != nil {
		return nil, err
	}
	keys, err := ReadKeyrings(c.Keyrings)
	if err != nil {
		return nil, err
	}
	return NewArchive(mirror, keys, func(w string) { fmt.Fprintf(c.Err, "debianlock: warning: %s\n", w) })
}
