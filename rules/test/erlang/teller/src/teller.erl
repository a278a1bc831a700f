%% SPDX-License-Identifier: Apache-2.0
-module(teller).
-behaviour(application).
-behaviour(supervisor).
-compile({parse_transform, yy_transform}).
-include_lib("calc/include/calc.hrl").
-export([start/2, stop/1, init/1, tell/1, mode/0, twice/0]).

start(_Type, _Arguments) -> supervisor:start_link({local, teller}, ?MODULE, []).

stop(_State) -> ok.

init([]) -> {ok, {#{}, []}}.

tell(#sum{left = Left, right = Right}) ->
    calc:eval(integer_to_list(Left) ++ "+" ++ integer_to_list(Right)).

mode() -> plain.

twice() -> ?FACTOR * 2.
