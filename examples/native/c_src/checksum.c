// SPDX-License-Identifier: Apache-2.0
#include <erl_nif.h>

// The polynomial of Castagnoli, its bits in reverse.
static const unsigned polynomial = 0x82F63B78;

static unsigned table[256];

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM info) {
  for (unsigned byte = 0; byte < 256; byte++) {
    unsigned sum = byte;
    for (int bit = 0; bit < 8; bit++) {
      sum = sum & 1 ? sum >> 1 ^ polynomial : sum >> 1;
    }
    table[byte] = sum;
  }
  return 0;
}

static ERL_NIF_TERM crc32c(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  ErlNifBinary data;
  if (!enif_inspect_binary(env, argv[0], &data)) {
    return enif_make_badarg(env);
  }
  unsigned sum = ~0u;
  for (size_t i = 0; i < data.size; i++) {
    sum = sum >> 8 ^ table[(sum ^ data.data[i]) & 0xFF];
  }
  return enif_make_uint(env, ~sum);
}

static ErlNifFunc functions[] = {{"crc32c", 1, crc32c, 0}};

ERL_NIF_INIT(Elixir.Native.Checksum, functions, load, NULL, NULL, NULL)
