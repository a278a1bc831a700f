// SPDX-License-Identifier: Apache-2.0
int step(int total, int number);
