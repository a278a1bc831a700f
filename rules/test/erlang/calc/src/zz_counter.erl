%% SPDX-License-Identifier: Apache-2.0
-module(zz_counter).
-callback count() -> integer().
