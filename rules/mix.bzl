# SPDX-License-Identifier: Apache-2.0
"Mix projects: applications and releases."

load("//rules/private:elixir_make.bzl", _elixir_make = "elixir_make")
load("//rules/private:ex_unit_test.bzl", _ex_unit_test = "ex_unit_test")
load("//rules/private:mix_library.bzl", _mix_library = "mix_library")
load("//rules/private:mix_release.bzl", _mix_release = "mix_release")
load("//rules/private:mix_run.bzl", _iex = "iex", _mix = "mix")
load("//rules/private:vm_ex_unit_test.bzl", _vm_ex_unit_test = "vm_ex_unit_test")

elixir_make = _elixir_make
ex_unit_test = _ex_unit_test
iex = _iex
mix = _mix
mix_library = _mix_library
mix_release = _mix_release
vm_ex_unit_test = _vm_ex_unit_test
