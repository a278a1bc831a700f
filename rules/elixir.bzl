# SPDX-License-Identifier: Apache-2.0
"Elixir."

load("//rules/private:elixir.bzl", _elixir = "elixir")

elixir = _elixir
