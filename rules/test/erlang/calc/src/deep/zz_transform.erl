%% SPDX-License-Identifier: Apache-2.0
-module(zz_transform).
-callback replace(erl_parse:abstract_form()) -> erl_parse:abstract_form().
