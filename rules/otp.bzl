# SPDX-License-Identifier: Apache-2.0
"Erlang/OTP."

load("//rules/private:otp.bzl", _erlang_otp = "erlang_otp")

erlang_otp = _erlang_otp
