#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Puts applications that were compiled into an OTP installation, and boot scripts:
%%
%%     escript install.escript SOURCE OUT APPLICATION...
%%
%% Unlike OTP's `make release` it takes only what runs, and what other applications are compiled with: of the sources
%% header files alone, and nothing that knows when and where it was built.

-include_lib("kernel/include/file.hrl").

main([Source, Out | Apps]) ->
    Versions = [{App, app(Source, Out, App)} || App <- Apps],
    scripts(Out, Versions),

    {ok, OtpVersion} = file:read_file(filename:join(Source, "OTP_VERSION")),
    Release = binary_to_list(hd(string:split(OtpVersion, "."))),
    Erts = erlang:system_info(version),
    Releases = filename:join(Out, "releases"),
    write(filename:join([Releases, Release, "OTP_VERSION"]), OtpVersion),
    write(filename:join(Releases, "start_erl.data"), [Erts, " ", Release, "\n"]),

    %% A boot script names applications by $ROOT: it is good in every place.
    Path = [filename:join([Out, "lib", App ++ "-" ++ Version, "ebin"]) || {App, Version} <- Versions],
    [begin
         Rel = {release, {"Erlang/OTP", Release}, {erts, Erts},
                [{list_to_atom(App), proplists:get_value(App, Versions)} || App <- RelApps]},
         File = filename:join([Releases, Release, Name]),
         write(File ++ ".rel", io_lib:format("~tp.~n", [Rel])),
         {ok, _, []} = systools:make_script(File, [silent, no_warn_sasl, {path, Path} | Options]),
         %% It has the date in it.
         ok = file:delete(File ++ ".script"),
         copy(File ++ ".boot", filename:join([Out, "bin", Name ++ ".boot"]))
     end || {Name, RelApps, Options} <- [{"start", ["kernel", "stdlib"], []},
                                         {"start_clean", ["kernel", "stdlib"], []},
                                         {"start_sasl", ["kernel", "stdlib", "sasl"], []},
                                         {"no_dot_erlang", ["kernel", "stdlib"], [no_dot_erlang]}]].

%% Copies an application, and returns its version.
app(Source, Out, App) ->
    Dir = filename:join([Source, "lib", App]),
    {ok, [{application, _, Keys}]} = file:consult(filename:join([Dir, "ebin", App ++ ".app"])),
    Version = proplists:get_value(vsn, Keys),
    To = filename:join([Out, "lib", App ++ "-" ++ Version]),
    [copy(filename:join(Dir, File), filename:join(To, installed(File)))
     || Pattern <- ["ebin/*.{app,appup,beam}", "include/**/*.{h,hrl}", "src/**/*.hrl", "priv/**"],
        File <- filelib:wildcard(Pattern, Dir),
        filelib:is_regular(filename:join(Dir, File)),
        not lists:prefix("priv/obj/", File),
        not lists:prefix("Makefile", filename:basename(File)),
        filename:extension(File) =/= ".a"],
    Version.

%% common_test does not start without the scripts that sort its tables. Debian's source archive has them not, as they are
%% minified: the tables stay as they are.
scripts(Out, Versions) ->
    Priv = filename:join([Out, "lib", "common_test-" ++ proplists:get_value("common_test", Versions), "priv"]),
    [write(filename:join(Priv, Script), "// left out\n") || Script <- ["jquery-latest.js", "jquery.tablesorter.min.js"],
                                                          not filelib:is_regular(filename:join(Priv, Script))].

%% priv/bin/x86_64-pc-linux-musl/memsup is priv/bin/memsup of an installation.
installed(File) ->
    case filename:split(File) of
        ["priv", Kind, _Platform | Rest] when Kind =:= "bin"; Kind =:= "lib" -> filename:join(["priv", Kind | Rest]);
        _ -> File
    end.

copy(From, To) ->
    {ok, #file_info{mode = Mode}} = file:read_file_info(From),
    {ok, Bytes} = file:read_file(From),
    write(To, Bytes),
    ok = file:change_mode(To, Mode band 8#777).

write(To, Bytes) ->
    ok = filelib:ensure_dir(To),
    ok = file:write_file(To, Bytes).
