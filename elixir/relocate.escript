#!/usr/bin/env escript
%% SPDX-License-Identifier: Apache-2.0
%% Takes the directory in which modules were compiled out of them:
%%
%%     escript relocate.escript DIRECTORY FILE.beam|DIR...
%%
%% Elixir writes absolute paths of sources into debug information, documentation, literals (`__ENV__`, `__DIR__`) and
%% line tables. Each that begins with DIRECTORY becomes relative to it. Any that would remain is an error.
-mode(compile).

main([From | Paths]) ->
    Prefix = unicode:characters_to_binary(From),
    Files = lists:flatmap(fun(Path) ->
                                  case filelib:is_dir(Path) of
                                      true -> filelib:wildcard(filename:join(Path, "**/*.beam"));
                                      false -> [Path]
                                  end
                          end, Paths),
    [file(Prefix, File) || File <- Files].

file(Prefix, File) ->
    {ok, _, Chunks} = beam_lib:all_chunks(File),
    case [{Id, chunk(Prefix, Id, Data)} || {Id, Data} <- Chunks] of
        Chunks -> ok;
        Changed ->
            Literals = "LitT",
            New = case lists:keyfind(Literals, 1, Changed) =:= lists:keyfind(Literals, 1, Chunks) of
                      true -> Changed;
                      false -> checksums(Changed)
                  end,
            {ok, Beam} = beam_lib:build_module(New),
            ok = file:write_file(File, Beam)
    end,
    {ok, _, Written} = beam_lib:all_chunks(File),
    [begin
         io:format(standard_error, "~ts: chunk ~s names the directory of the build, ~ts, where it cannot be taken out~n", [File, Id, Prefix]),
         halt(1)
     end || {Id, Data} <- Written, binary:match(Data, Prefix) =/= nomatch].

%% What the compiler computes from literals among others: the default of the attribute vsn, and a number in each fun.
checksums(Chunks) ->
    {ok, Beam} = beam_lib:build_module(Chunks),
    {ok, {_, <<Vsn:128>> = <<Uniq:27, _:101>>}} = beam_lib:md5(Beam),
    [case Chunk of
         {"Attr", Data} ->
             Attributes = binary_to_term(Data),
             case lists:keyfind(vsn, 1, Attributes) of
                 {vsn, [Old]} when is_integer(Old) ->
                     {"Attr", term_to_binary(lists:keyreplace(vsn, 1, Attributes, {vsn, [Vsn]}), [deterministic])};
                 _ -> Chunk
             end;
         {"FunT", <<Count:32, Funs/binary>>} ->
             {"FunT", <<Count:32, << <<Fun:20/binary, Uniq:32>> || <<Fun:20/binary, _Old:32>> <= Funs >>/binary>>};
         _ -> Chunk
     end || Chunk <- Chunks].

chunk(Prefix, "LitT", <<_:32, Compressed/binary>> = Data) ->
    <<Count:32, Literals/binary>> = zlib:uncompress(Compressed),
    case << <<(size_and_term(Prefix, Term))/binary>> || <<Size:32, Term:Size/binary>> <= Literals >> of
        Literals -> Data;
        Changed ->
            New = <<Count:32, Changed/binary>>,
            <<(byte_size(New)):32, (zlib:compress(New))/binary>>
    end;
chunk(Prefix, "Line", <<Head:12/binary, Refs:32, Names:32, Rest/binary>>) ->
    {Lines, Files} = lines(Rest, Refs, 0, Rest),
    Changed = << <<(byte_size(New)):16, New/binary>> || <<Size:16, Name:Size/binary>> <= Files, New <- [binary(Prefix, Name)] >>,
    <<Head/binary, Refs:32, Names:32, Lines/binary, Changed/binary>>;
chunk(Prefix, Id, Data) when Id =:= "Attr"; Id =:= "CInf"; Id =:= "Dbgi"; Id =:= "Docs"; Id =:= "ExCk" ->
    Term = binary_to_term(Data),
    case term(Prefix, Term) of
        Term -> Data;
        Changed -> term_to_binary(Changed, [deterministic, {compressed, 9}])
    end;
chunk(_, _, Data) -> Data.

size_and_term(Prefix, Data) ->
    Term = binary_to_term(Data),
    New = case term(Prefix, Term) of
              Term -> Data;
              Changed -> term_to_binary(Changed, [deterministic])
          end,
    <<(byte_size(New)):32, New/binary>>.

%% Splits the line table after as many references to lines: a reference may have a file's number (tag 2) before it.
lines(Rest, 0, Length, All) ->
    <<Lines:Length/binary, Rest/binary>> = All,
    {Lines, Rest};
lines(<<Byte, _/binary>> = Data, Refs, Length, All) ->
    Size = compact(Data),
    <<_:Size/binary, Rest/binary>> = Data,
    lines(Rest, case Byte band 7 of 2 -> Refs; _ -> Refs - 1 end, Length + Size, All).

%% The size of an operand in BEAM's compact encoding.
compact(<<_:4, 0:1, _:3, _/binary>>) -> 1;
compact(<<_:3, 0:1, 1:1, _:3, _/binary>>) -> 2;
compact(<<Size:3, 1:1, 1:1, _:3, _/binary>>) when Size < 7 -> Size + 3.

term(Prefix, Term) when is_binary(Term) -> binary(Prefix, Term);
term(Prefix, Term) when is_tuple(Term) -> list_to_tuple(term(Prefix, tuple_to_list(Term)));
term(Prefix, Term) when is_map(Term) -> maps:from_list(term(Prefix, maps:to_list(Term)));
term(Prefix, [Head | _] = Term) when is_integer(Head) ->
    %% Maybe a string.
    try unicode:characters_to_binary(Term) of
        Binary when is_binary(Binary) ->
            case binary(Prefix, Binary) of
                Binary -> Term;
                New -> unicode:characters_to_list(New)
            end;
        _ -> elements(Prefix, Term)
    catch
        error:badarg -> elements(Prefix, Term)
    end;
term(Prefix, [_ | _] = Term) -> elements(Prefix, Term);
term(_, Term) -> Term.

elements(Prefix, [Head | Tail]) -> [term(Prefix, Head) | elements(Prefix, Tail)];
elements(_, []) -> [];
elements(Prefix, Improper) -> term(Prefix, Improper).

binary(Prefix, Binary) ->
    case binary:match(Binary, Prefix) of
        nomatch -> Binary;
        _ -> binary:replace(binary:replace(Binary, <<Prefix/binary, "/">>, <<>>, [global]), Prefix, <<".">>, [global])
    end.
