%% SPDX-License-Identifier: Apache-2.0
%% A TLS 1.3 handshake between two processes, with certificates made here; prints what was agreed and received.

main([Version]) ->
    {ok, _} = application:ensure_all_started(ssl),
    Key = [{key, {namedCurve, secp256r1}}, {digest, sha256}],
    #{server_config := Server, client_config := Client} =
        public_key:pkix_test_data(#{server_chain => #{root => Key, intermediates => [], peer => Key},
                                    client_chain => #{root => Key, intermediates => [], peer => Key}}),
    Versions = [{versions, [list_to_atom(Version)]}],
    {ok, Listen} = ssl:listen(0, [binary, {ip, {127, 0, 0, 1}}, {active, false} | Versions ++ Server]),
    {ok, {_, Port}} = ssl:sockname(Listen),
    Main = self(),
    spawn_link(fun() ->
                       {ok, Transport} = ssl:transport_accept(Listen),
                       {ok, Socket} = ssl:handshake(Transport),
                       {ok, Data} = ssl:recv(Socket, 0),
                       ok = ssl:send(Socket, string:uppercase(Data)),
                       ok = ssl:close(Socket),
                       Main ! done
               end),
    {ok, Socket} = ssl:connect({127, 0, 0, 1}, Port,
                               [binary, {active, false}, {verify, verify_peer}, {server_name_indication, disable} | Versions ++ Client]),
    {ok, [{protocol, Protocol}, {selected_cipher_suite, #{cipher := Cipher}}]} =
        ssl:connection_information(Socket, [protocol, selected_cipher_suite]),
    ok = ssl:send(Socket, <<"hello">>),
    {ok, Reply} = ssl:recv(Socket, 0),
    receive done -> ok end,
    io:format("~s ~s ~s~n", [Protocol, Cipher, Reply]).
