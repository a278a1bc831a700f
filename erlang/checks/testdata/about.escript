%% SPDX-License-Identifier: Apache-2.0
%% Prints what an installation is.

main([]) ->
    {ok, Version} = file:read_file(filename:join([code:root_dir(), "releases", erlang:system_info(otp_release), "OTP_VERSION"])),
    [[_, _, <<"OpenSSL ", OpenSsl/binary>>]] = [tuple_to_list(Lib) || Lib <- crypto:info_lib()],
    io:format("otp ~s flavor ~s openssl ~s~n",
              [string:trim(Version), erlang:system_info(emu_flavor), hd(string:split(OpenSsl, " "))]).
