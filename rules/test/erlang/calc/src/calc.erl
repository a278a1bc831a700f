%% SPDX-License-Identifier: Apache-2.0
%% Compiled last, although its name is first: it needs a transform, which needs a behaviour.
-module(calc).
-behaviour(zz_counter).
-compile({parse_transform, yy_transform}).
-include("calc.hrl").
-include("calc_internal.hrl").
-include_lib("calc/include/again.hrl").
-include_lib("eunit/include/eunit.hrl").
-export([eval/1, count/0, mode/0, origin/0, name/0, double/2]).

eval(Text) ->
    {ok, Tokens, _} = calc_lexer:string(Text),
    {ok, #sum{left = Left, right = Right}} = calc_parser:parse(Tokens),
    Left + Right.

count() -> ?ANSWER + ?AGAIN.

%% The transform makes it the atom `transformed`.
mode() -> plain.

origin() -> ?ORIGIN.

name() ->
    {ok, Name} = file:read_file(filename:join(code:priv_dir(calc), "name")),
    string:trim(Name).

%% By a program of the application.
double(Application, Number) ->
    Program = filename:join(code:priv_dir(Application), "doubler"),
    Port = open_port({spawn_executable, Program}, [{packet, 1}]),
    port_command(Port, [Number]),
    receive {Port, {data, [Answer]}} -> port_close(Port), Answer end.

eval_test() -> ?assertEqual(3, eval("1 + 2")).
