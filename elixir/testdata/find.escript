%% SPDX-License-Identifier: Apache-2.0
%% Looks for words in all modules below a directory, in compressed chunks too.

main([Dir | Words]) ->
    Patterns = binary:compile_pattern([list_to_binary(Word) || Word <- Words]),
    Files = filelib:wildcard(filename:join(Dir, "**/*.beam")),
    [begin
         {ok, _, Chunks} = beam_lib:all_chunks(File),
         [case binary:match(plain(Id, Data), Patterns) of
              nomatch -> ok;
              {At, _} -> io:format("~ts has in chunk ~s: ~999999p~n", [File, Id, around(At, plain(Id, Data))])
          end || {Id, Data} <- Chunks]
     end || File <- Files],
    length(Files) > 300 andalso io:format("looked at more than 300 modules~n").

plain("LitT", <<_:32, Compressed/binary>>) -> zlib:uncompress(Compressed);
plain(Id, Data) when Id =:= "Dbgi"; Id =:= "Docs"; Id =:= "ExCk" -> term_to_binary(binary_to_term(Data));
plain(_, Data) -> Data.

around(At, Data) ->
    From = max(0, At - 40),
    [Byte || <<Byte>> <= binary:part(Data, From, min(80, byte_size(Data) - From)), Byte >= $ , Byte < 127].
