%% SPDX-License-Identifier: Apache-2.0
-module(abacus_erl).
-include_lib("calc/include/calc.hrl").
-export([left/1]).

left(#sum{left = Left}) -> Left.
