%% SPDX-License-Identifier: Apache-2.0
-module(unbound).
-export([f/0]).

f() -> X.
