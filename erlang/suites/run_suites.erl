%% SPDX-License-Identifier: Apache-2.0
%% Runs test suites of OTP with common_test, and says what failed:
%%
%%     erl -noinput -pa DIR -run run_suites main DIR SKIPS LOGS APP:SUITE...
%%
%% DIR has a directory APP_test for each application. SKIPS names the cases that are left out, each with its reason.
-module(run_suites).

-export([main/1]).
%% Hooks of common_test.
-export([id/1, init/2, post_end_per_testcase/5, on_tc_fail/4, on_tc_skip/4, terminate/1]).

main([Dir, SkipFile, Logs | Suites]) ->
    Skips = read_skips(SkipFile),
    Chosen = [list_to_tuple(string:split(Suite, ":")) || Suite <- Suites],
    Terms = [{suites, test_dir(Dir, App), [list_to_atom(Suite)]} || {App, Suite} <- Chosen] ++
        [skip(test_dir(Dir, App), Skip) || {App, Suite} <- Chosen, {SkipApp, SkipSuite, _, _} = Skip <- Skips, App =:= SkipApp, Suite =:= SkipSuite],
    Spec = filename:join(Logs, "suites.spec"),
    ok = file:write_file(Spec, [io_lib:format("~tp.~n", [Term]) || Term <- Terms]),
    register(run_suites, self()),
    %% By absolute paths: common_test changes the directory.
    true = code:add_patha(Dir),
    [true = code:add_patha(Path) || Path <- filelib:wildcard(test_dir(Dir, "*"))],
    Result = ct:run_test([{spec, Spec}, {ct_hooks, [?MODULE]}, {logdir, Logs}, {auto_compile, false}]),
    Events = events([]),
    [io:format("FAILED ~s ~p: ~tp~n", [Suite, Case, Reason]) || {failed, Suite, Case, Reason} <- Events],
    [io:format("skipped ~s ~p: ~tp~n", [Suite, Case, Reason]) || {skipped, Suite, Case, Reason} <- Events],
    Passed = length([ok || {passed, _, _} <- Events]),
    Failed = length([ok || {failed, _, _, _} <- Events]),
    io:format("~b passed, ~b failed, ~b skipped; common_test says ~tp~n", [Passed, Failed, length(Events) - Passed - Failed, Result]),
    case Result of
        {_, 0, {_, 0}} when Failed =:= 0, Passed > 0 -> halt(0);
        _ -> halt(1)
    end.

test_dir(Dir, App) -> filename:join(Dir, App ++ "_test").

%% Lines of `APP:SUITE CASE REASON`, where the case * stands for the whole suite.
read_skips(File) ->
    {ok, Text} = file:read_file(File),
    [begin
         [Name, CaseAndReason] = string:split(Line, " "),
         [Case, Reason] = string:split(CaseAndReason, " "),
         [App, Suite] = string:split(Name, ":"),
         {binary_to_list(App), binary_to_list(Suite), binary_to_list(Case), binary_to_list(Reason)}
     end || Line <- string:split(Text, "\n", all), Line =/= <<>>, binary:first(Line) =/= $#].

skip(Dir, {_, Suite, "*", Reason}) -> {skip_suites, Dir, [list_to_atom(Suite)], Reason};
skip(Dir, {_, Suite, Case, Reason}) -> {skip_cases, Dir, list_to_atom(Suite), [list_to_atom(Case)], Reason}.

events(Seen) ->
    receive {?MODULE, Event} -> events([Event | Seen])
    after 0 -> lists:reverse(Seen)
    end.

id(_) -> ?MODULE.

init(_, _) -> {ok, none}.

post_end_per_testcase(Suite, Case, _Config, Return, State) ->
    case Return of
        {error, _} -> ok;
        {failed, _} -> ok;
        {skip, _} -> ok;
        {skipped, _} -> ok;
        _ -> run_suites ! {?MODULE, {passed, Suite, Case}}
    end,
    {Return, State}.

on_tc_fail(Suite, Case, Reason, State) ->
    run_suites ! {?MODULE, {failed, Suite, Case, Reason}},
    State.

on_tc_skip(Suite, Case, Reason, State) ->
    run_suites ! {?MODULE, {skipped, Suite, Case, Reason}},
    State.

terminate(_) -> ok.
