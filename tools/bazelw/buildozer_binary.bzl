# SPDX-License-Identifier: Apache-2.0
"""Stands for the buildozer module, which bazel_tools asks for and only `bazel mod tidy` runs."""

def _buildozer_repository_impl(ctx):
    ctx.file("BUILD.bazel", "exports_files([\"buildozer.exe\"])")
    ctx.file("buildozer.exe", "#!/bin/sh\necho 'the assembled Bazel has no buildozer' >&2\nexit 1\n", executable = True)

_buildozer_repository = repository_rule(implementation = _buildozer_repository_impl)

def _buildozer_binary_impl(_ctx):
    _buildozer_repository(name = "buildozer_binary")

buildozer_binary = module_extension(implementation = _buildozer_binary_impl)
