// SPDX-License-Identifier: Apache-2.0
#include <erl_nif.h>

#include "step.h"

static int total;

static ERL_NIF_TERM add(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  int number;
  if (!enif_get_int(env, argv[0], &number)) {
    return enif_make_badarg(env);
  }
  total = step(total, number);
  return enif_make_int(env, total + START);
}

static ErlNifFunc functions[] = {{"add", 1, add, 0}};

ERL_NIF_INIT(counter, functions, NULL, NULL, NULL, NULL)
