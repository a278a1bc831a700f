# SPDX-License-Identifier: Apache-2.0
"OTP applications of Erlang sources."

load("//rules/private:erlang_library.bzl", _erlang_library = "erlang_library")

erlang_library = _erlang_library
