% SPDX-License-Identifier: Apache-2.0
Nonterminals sum.
Terminals number.
Rootsymbol sum.
sum -> nubmer.
