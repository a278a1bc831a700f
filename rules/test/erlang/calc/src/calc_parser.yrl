% SPDX-License-Identifier: Apache-2.0
Nonterminals sum.
Terminals number '+'.
Rootsymbol sum.
sum -> number '+' number : #sum{left = value('$1'), right = value('$3')}.
Erlang code.
-include("calc.hrl").
value({number, _Line, Number}) -> Number.
