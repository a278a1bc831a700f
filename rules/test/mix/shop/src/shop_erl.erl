%% SPDX-License-Identifier: Apache-2.0
-module(shop_erl).
-export([answer/0]).
-include("shop.hrl").

answer() -> ?ANSWER.
