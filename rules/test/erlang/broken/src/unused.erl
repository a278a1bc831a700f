%% SPDX-License-Identifier: Apache-2.0
-module(unused).
-export([f/1]).

f(X) -> 1.
