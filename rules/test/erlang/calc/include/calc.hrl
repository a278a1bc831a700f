%% SPDX-License-Identifier: Apache-2.0
-record(sum, {left :: integer(), right :: integer()}).
