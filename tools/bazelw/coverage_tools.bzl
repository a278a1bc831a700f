# SPDX-License-Identifier: Apache-2.0
"""Stands for the Java programs that Bazel fetches for `bazel coverage`.

One merges the reports of a test's programs, which tests that write coverage.dat themselves do not run. The other makes
one report of all tests, which `--combined_report` asks for.
"""

def _program_impl(ctx):
    program = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.write(
        program,
        "#!/bin/sh\necho 'the assembled Bazel cannot merge reports: use coverage.dat of each test' >&2\nexit 1\n",
        is_executable = True,
    )
    return [DefaultInfo(executable = program)]

coverage_tools = rule(
    implementation = _program_impl,
    executable = True,
)
