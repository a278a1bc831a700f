// SPDX-License-Identifier: Apache-2.0

// Mixtest runs the tests of a Mix project. A link to it with a spec beside it, `<link>.mixtest.json`, is that test.
//
// The spec is that of foreignbuild, without log and outputs; paths are relative to the current directory. Arguments are
// added to the last step's, and what Bazel tells a test to the environment.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"rules_elixir_vm/tools/internal/foreignbuild"
	"rules_elixir_vm/tools/internal/strictjson"
)

// sidecar is what a link's spec is called: the link's name and this.
const sidecar = ".mixtest.json"

// told are the variables in which Bazel tells a test what to run and where to
// write what.
var told = []string{
	"COVERAGE_OUTPUT_FILE",
	"TESTBRIDGE_TEST_ONLY",
	"TESTBRIDGE_TEST_RUNNER_FAIL_FAST",
	"TEST_SHARD_INDEX",
	"TEST_SHARD_STATUS_FILE",
	"TEST_TOTAL_SHARDS",
	"XML_OUTPUT_FILE",
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	tmp := os.Getenv("TEST_TMPDIR")
	if tmp == "" {
		tmp = os.TempDir()
	}
	if err := run(ctx, os.Args[0]+sidecar, os.Args[1:], tmp, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "mixtest: %v\n", err)
		os.Exit(1)
	}
}

// run carries out the spec in the file at path below tmp, and copies what the
// steps print to out.
func run(ctx context.Context, path string, args []string, tmp string, out io.Writer) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the spec: %w", err)
	}
	spec := &foreignbuild.Spec{}
	if err := strictjson.Decode(data, spec); err != nil {
		return fmt.Errorf("reading the spec %s: %w", path, err)
	}
	if len(spec.Steps) == 0 {
		return fmt.Errorf("reading the spec %s: it has no steps", path)
	}
	last := &spec.Steps[len(spec.Steps)-1]
	for _, arg := range args {
		last.Argv = append(last.Argv, literal(arg))
	}
	for _, name := range told {
		if value := os.Getenv(name); value != "" {
			if spec.Env == nil {
				spec.Env = map[string]string{}
			}
			spec.Env[name] = literal(value)
		}
	}

	tmp, err = os.MkdirTemp(tmp, "mixtest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	// Foreignbuild wants paths relative to where it runs, and its work directory is beside the log.
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	if spec.Log, err = filepath.Rel(here, filepath.Join(tmp, "test.log")); err != nil {
		return err
	}

	failure := foreignbuild.Run(ctx, spec, false)
	if log, err := os.Open(spec.Log); err == nil {
		_, err = io.Copy(out, log)
		log.Close()
		if err != nil {
			return err
		}
	}
	// What it printed has been shown; here is only how it ended.
	var step *foreignbuild.StepError
	var exit *exec.ExitError
	if errors.As(failure, &step) && errors.As(failure, &exit) {
		return fmt.Errorf("%s: %s ended with %v", spec.Label, step.Step.Name, exit)
	}
	return failure
}

// literal is text that foreignbuild takes as it is: without placeholders.
func literal(text string) string { return strings.ReplaceAll(text, "${", "$${") }
