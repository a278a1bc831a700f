%% SPDX-License-Identifier: Apache-2.0
%% IEx for a terminal of the host, which edits the lines. The host sends this module itself over the port, so that it
%% is that of the program there (tools/internal/vm/shell.go), and nothing is in the image.
%%
%% One process: it owns the port and is the I/O server, the group leader, of the shell. Packets begin with a letter.
%% From the host:
%%   o COLUMNS:16 ROWS:16   starts a shell, unless there is one
%%   w COLUMNS:16 ROWS:16   the terminal has another size
%%   l LINE                 what was read, with its line end
%%   e                      the end of the input was read
%%   i                      Ctrl-C
%%   c TEXT                 what can come after this?
%% To the host:
%%   p TEXT                 output
%%   r PROMPT               reads a line
%%   s PROMPT               reads a line that is not shown
%%   c TEXT NUL MATCHES     what comes after it for sure, and all that may, one a line
%%   x REASON               the shell has ended; empty: as it should
-module(vm_shell).

-export([run/1]).

-record(state, {
    port,
    shell = none,
    size = {80, 24},
    %% The request that the host reads for, and those after it: {From, ReplyAs, Prompt, Collector, Packet}.
    reading = none,
    waiting = [],
    %% What was read and nobody has taken yet.
    rest = [],
    binary = true,
    expand = none
}).

-spec run(port()) -> no_return().
run(Port) ->
    process_flag(trap_exit, true),
    loop(#state{port = Port}).

loop(#state{port = Port, shell = Shell} = S) ->
    receive
        {Port, {data, Packet}} ->
            loop(from_host(Packet, S));
        {io_request, From, ReplyAs, Request} ->
            loop(request(From, ReplyAs, Request, S));
        {'EXIT', Port, _Reason} ->
            exit(normal);
        {'EXIT', Shell, Reason} ->
            loop(ended(Reason, S));
        _ ->
            loop(S)
    end.

from_host(<<$o, Columns:16, Rows:16>>, S) ->
    open(S#state{size = {Columns, Rows}});
from_host(<<$w, Columns:16, Rows:16>>, S) ->
    S#state{size = {Columns, Rows}};
from_host(<<$l, Line/binary>>, S) ->
    got(text(Line), S);
from_host(<<$e>>, S) ->
    got(eof, S);
from_host(<<$i>>, #state{reading = {From, ReplyAs, _, _, _}} = S) ->
    %% IEx then forgets what is incomplete.
    reply(From, ReplyAs, {error, interrupted}),
    next(S#state{reading = none, rest = []});
from_host(<<$i>>, #state{shell = Shell} = S) when is_pid(Shell) ->
    %% As "i" does in the menu of Ctrl-G: IEx ends what runs.
    exit(Shell, interrupt),
    S;
from_host(<<$c, Text/binary>>, S) ->
    {Insert, Matches} = complete(text(Text), S),
    send(S, $c, [Insert, 0, lists:join($\n, Matches)]),
    S;
from_host(_, S) ->
    S.

send(#state{port = Port}, Kind, Text) ->
    port_command(Port, [Kind, unicode:characters_to_binary(Text)]).

text(Binary) ->
    case unicode:characters_to_list(Binary) of
        List when is_list(List) -> List;
        _ -> binary_to_list(Binary)
    end.

%% The shell

open(#state{shell = none} = S) ->
    case application:ensure_all_started(iex) of
        {ok, _} ->
            Leader = self(),
            Shell = spawn_link(fun() ->
                group_leader(Leader, self()),
                'Elixir.IEx.Server':run([])
            end),
            S#state{shell = Shell};
        {error, Reason} ->
            send(S, $x, io_lib:format("IEx cannot be started: ~0tp. Is the application iex in the release?", [Reason])),
            S
    end;
open(S) ->
    S.

ended(Reason, S) ->
    send(S, $x, if Reason =:= normal -> ""; true -> io_lib:format("~0tp", [Reason]) end),
    S#state{shell = none, reading = none, waiting = [], rest = [], expand = none}.

complete(Text, #state{expand = Expand, shell = Shell}) when is_function(Expand) ->
    Before = lists:reverse(Text),
    try
        %% With the shell it knows its variables and aliases, too.
        case erlang:function_exported('Elixir.IEx.Autocomplete', expand, 2) of
            true -> 'Elixir.IEx.Autocomplete':expand(Before, Shell);
            false when is_function(Expand, 1) -> Expand(Before);
            false -> Expand(Before, [])
        end
    of
        {yes, Insert, Matches} -> {Insert, [Match || Match <- Matches, is_list(Match)]};
        _ -> {"", []}
    catch
        _:_ -> {"", []}
    end;
complete(_Text, _S) ->
    {"", []}.

%% The I/O protocol, https://www.erlang.org/doc/apps/stdlib/io_protocol

request(From, ReplyAs, Request, S) ->
    case reader(Request) of
        none ->
            {Reply, Changed} = answer(Request, S),
            reply(From, ReplyAs, Reply),
            Changed;
        {Packet, Prompt, Collector} ->
            Read = {From, ReplyAs, prompt(Prompt), Collector, Packet},
            next(S#state{waiting = S#state.waiting ++ [Read]})
    end.

reply(From, ReplyAs, Reply) ->
    From ! {io_reply, ReplyAs, Reply}.

answer({put_chars, Encoding, Chars}, S) ->
    {put(Encoding, Chars, S), S};
answer({put_chars, Encoding, Module, Function, Arguments}, S) ->
    try apply(Module, Function, Arguments) of
        Chars -> {put(Encoding, Chars, S), S}
    catch
        _:_ -> {{error, Function}, S}
    end;
answer({put_chars, Chars}, S) ->
    answer({put_chars, latin1, Chars}, S);
answer({put_chars, Module, Function, Arguments}, S) ->
    answer({put_chars, latin1, Module, Function, Arguments}, S);
answer({requests, Requests}, S) ->
    answers(Requests, {ok, S});
answer({get_geometry, columns}, #state{size = {Columns, _}} = S) ->
    {Columns, S};
answer({get_geometry, rows}, #state{size = {_, Rows}} = S) ->
    {Rows, S};
answer({setopts, Options}, S) when is_list(Options) ->
    set(proplists:unfold(Options), S);
answer(getopts, #state{binary = Binary, expand = Expand} = S) ->
    {[{binary, Binary}, {echo, true}, {encoding, unicode}, {expand_fun, Expand} | [{Is, true} || Is <- [terminal, stdin, stdout]]], S};
answer(_, S) ->
    {{error, request}, S}.

%% Those that write; what reads is asked for by itself.
answers([Request | More], {ok, S}) ->
    answers(More, answer(Request, S));
answers(_, Result) ->
    Result.

put(Encoding, Chars, S) ->
    case unicode:characters_to_binary(Chars, Encoding) of
        Text when is_binary(Text) ->
            send(S, $p, Text),
            ok;
        _ ->
            {error, put_chars}
    end.

set([], S) -> {ok, S};
set([{binary, Binary} | More], S) when is_boolean(Binary) -> set(More, S#state{binary = Binary});
set([{list, List} | More], S) when is_boolean(List) -> set(More, S#state{binary = not List});
set([{expand_fun, Expand} | More], S) when is_function(Expand) -> set(More, S#state{expand = Expand});
set([{encoding, _} | More], S) -> set(More, S);
set([{unicode, true} | More], S) -> set(More, S);
set([{latin1, true} | More], S) -> set(More, S);
set([{echo, true} | More], S) -> set(More, S);
set(_, S) -> {{error, enotsup}, S}.

%% What a request reads with: {Packet, Prompt, Collector}. A collector takes characters or eof, and gives
%% {done, Result, Rest} or {more, Collector}.
reader({get_until, _Encoding, Prompt, Module, Function, Arguments}) ->
    {$r, Prompt, until(Module, Function, Arguments, [])};
reader({get_until, Prompt, Module, Function, Arguments}) ->
    reader({get_until, latin1, Prompt, Module, Function, Arguments});
reader({get_line, _Encoding, Prompt}) ->
    {$r, Prompt, line()};
reader({get_line, Prompt}) ->
    {$r, Prompt, line()};
reader({get_chars, _Encoding, Prompt, N}) ->
    {$r, Prompt, chars(N, [])};
reader({get_chars, Prompt, N}) ->
    {$r, Prompt, chars(N, [])};
reader({get_password, _Encoding}) ->
    {$s, "", password()};
reader(get_password) ->
    {$s, "", password()};
reader(_) ->
    none.

until(Module, Function, Arguments, Continuation) ->
    fun(Data) ->
        case apply(Module, Function, [Continuation, Data | Arguments]) of
            {more, More} -> {more, until(Module, Function, Arguments, More)};
            {done, Result, Rest} -> {done, Result, Rest}
        end
    end.

%% The host sends whole lines.
line() ->
    fun(eof) -> {done, eof, []};
       (Data) ->
            case lists:splitwith(fun(C) -> C =/= $\n end, Data) of
                {Line, [$\n | Rest]} -> {done, Line ++ "\n", Rest};
                {Line, []} -> {done, Line, []}
            end
    end.

password() ->
    fun(eof) -> {done, eof, []};
       (Data) -> {done, lists:takewhile(fun(C) -> C =/= $\n end, Data), []}
    end.

chars(N, Before) ->
    fun(eof) when Before =:= [] -> {done, eof, []};
       (eof) -> {done, Before, []};
       (Data) when length(Data) < N -> {more, chars(N - length(Data), Before ++ Data)};
       (Data) ->
            {Chars, Rest} = lists:split(N, Data),
            {done, Before ++ Chars, Rest}
    end.

prompt({format, Format, Arguments}) -> io_lib:format(Format, Arguments);
prompt(Prompt) when is_atom(Prompt) -> atom_to_list(Prompt);
prompt(Prompt) -> Prompt.

%% The next request is served: from what is there, or the host reads for it.
next(#state{reading = none, waiting = [Read | Waiting], rest = []} = S) ->
    ask(S#state{reading = Read, waiting = Waiting});
next(#state{reading = none, waiting = [Read | Waiting], rest = Rest} = S) ->
    got(Rest, S#state{reading = Read, waiting = Waiting, rest = []});
next(S) ->
    S.

ask(#state{reading = {_From, _ReplyAs, Prompt, _Collector, Packet}} = S) ->
    send(S, Packet, Prompt),
    S.

got(_Data, #state{reading = none} = S) ->
    S;
got(Data, #state{reading = {From, ReplyAs, Prompt, Collector, Packet}} = S) ->
    try Collector(Data) of
        {more, More} ->
            ask(S#state{reading = {From, ReplyAs, Prompt, More, Packet}});
        {done, Result, Rest} ->
            reply(From, ReplyAs, cast(Result, S)),
            next(S#state{reading = none, rest = if is_list(Rest) -> Rest; true -> [] end})
    catch
        _:_ ->
            reply(From, ReplyAs, {error, request}),
            next(S#state{reading = none, rest = []})
    end.

cast(Result, #state{binary = true}) when is_list(Result) ->
    case unicode:characters_to_binary(Result) of
        Binary when is_binary(Binary) -> Binary;
        _ -> Result
    end;
cast(Result, _S) ->
    Result.
