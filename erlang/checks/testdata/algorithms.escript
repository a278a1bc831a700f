%% SPDX-License-Identifier: Apache-2.0
%% Prints what crypto supports, a class a line.

main([]) ->
    [io:format("~s: ~s~n", [Class, lists:join(" ", [atom_to_list(A) || A <- lists:sort(Algorithms)])])
     || {Class, Algorithms} <- lists:sort(crypto:supports())].
