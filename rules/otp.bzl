# SPDX-License-Identifier: Apache-2.0
"Erlang/OTP."

load("//rules/private:nif_library.bzl", _nif_library = "nif_library")
load("//rules/private:otp.bzl", _erlang_otp = "erlang_otp")

erlang_otp = _erlang_otp
nif_library = _nif_library
