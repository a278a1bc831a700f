% SPDX-License-Identifier: Apache-2.0
Definitions.
Rules.
[a-z]+ : {token, list_to_atom(TokenChars)}.
Erlang code.
