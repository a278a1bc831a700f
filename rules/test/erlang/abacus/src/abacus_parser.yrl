% SPDX-License-Identifier: Apache-2.0
Nonterminals words.
Terminals word.
Rootsymbol words.
words -> word : ['$1'].
words -> word words : ['$1' | '$2'].
Erlang code.
