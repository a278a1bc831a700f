%% SPDX-License-Identifier: Apache-2.0
-module(counter).
-export([add/1]).
-nifs([add/1]).
-on_load(load/0).

load() -> erlang:load_nif(filename:join(code:lib_dir(counter), "priv/counter"), 0).

add(_Number) -> erlang:nif_error(not_loaded).
