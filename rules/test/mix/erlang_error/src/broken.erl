%% SPDX-License-Identifier: Apache-2.0
-module(broken).
-export([answer/0]).

answer() -> X.
