%% SPDX-License-Identifier: Apache-2.0
-module(no_header).
-include_lib("calc/include/calc.hrl").
