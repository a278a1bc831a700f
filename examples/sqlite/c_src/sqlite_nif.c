// SPDX-License-Identifier: Apache-2.0
#include <erl_nif.h>
#include <sqlite3.h>
#include <string.h>

// Erlang may call with one database on several threads; SQLite is built for that.
static ErlNifResourceType *db_type;

static void close_db(ErlNifEnv *env, void *resource) {
  (void)env;
  sqlite3_close_v2(*(sqlite3 **)resource);
}

static int load(ErlNifEnv *env, void **data, ERL_NIF_TERM info) {
  (void)data, (void)info;
  db_type = enif_open_resource_type(env, NULL, "sqlite", close_db, ERL_NIF_RT_CREATE, NULL);
  return db_type == NULL;
}

static ERL_NIF_TERM text(ErlNifEnv *env, const void *bytes, int size) {
  ERL_NIF_TERM term;
  unsigned char *to = enif_make_new_binary(env, size, &term);
  if (size > 0) {
    memcpy(to, bytes, size);
  }
  return term;
}

static ERL_NIF_TERM ok(ErlNifEnv *env, ERL_NIF_TERM term) { return enif_make_tuple2(env, enif_make_atom(env, "ok"), term); }

static ERL_NIF_TERM error(ErlNifEnv *env, const char *message) {
  return enif_make_tuple2(env, enif_make_atom(env, "error"), text(env, message, strlen(message)));
}

static ERL_NIF_TERM open_db(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  (void)argc;
  char name[4096];
  ErlNifBinary file;
  if (!enif_inspect_binary(env, argv[0], &file) || file.size >= sizeof name || memchr(file.data, 0, file.size)) {
    return enif_make_badarg(env);
  }
  memcpy(name, file.data, file.size);
  name[file.size] = '\0';

  sqlite3 **db = enif_alloc_resource(db_type, sizeof *db);
  int status = sqlite3_open_v2(name, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
  ERL_NIF_TERM result = status == SQLITE_OK ? ok(env, enif_make_resource(env, db)) : error(env, sqlite3_errmsg(*db));
  enif_release_resource(db);
  return result;
}

// 0 if the term is nothing that a column can hold.
static int bind(ErlNifEnv *env, sqlite3_stmt *statement, int index, ERL_NIF_TERM term) {
  ErlNifSInt64 integer;
  double real;
  ErlNifBinary binary;
  char atom[4];
  if (enif_get_int64(env, term, &integer)) {
    return sqlite3_bind_int64(statement, index, integer) == SQLITE_OK;
  }
  if (enif_get_double(env, term, &real)) {
    return sqlite3_bind_double(statement, index, real) == SQLITE_OK;
  }
  if (enif_inspect_binary(env, term, &binary)) {
    return sqlite3_bind_text64(statement, index, (const char *)binary.data, binary.size, SQLITE_TRANSIENT, SQLITE_UTF8) == SQLITE_OK;
  }
  return enif_get_atom(env, term, atom, sizeof atom, ERL_NIF_LATIN1) && strcmp(atom, "nil") == 0 && sqlite3_bind_null(statement, index) == SQLITE_OK;
}

static ERL_NIF_TERM column(ErlNifEnv *env, sqlite3_stmt *statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
  case SQLITE_INTEGER:
    return enif_make_int64(env, sqlite3_column_int64(statement, index));
  case SQLITE_FLOAT:
    return enif_make_double(env, sqlite3_column_double(statement, index));
  case SQLITE_NULL:
    return enif_make_atom(env, "nil");
  default: {
    const void *bytes = sqlite3_column_blob(statement, index);
    return text(env, bytes, sqlite3_column_bytes(statement, index));
  }
  }
}

static ERL_NIF_TERM query(ErlNifEnv *env, int argc, const ERL_NIF_TERM argv[]) {
  (void)argc;
  sqlite3 **db;
  ErlNifBinary sql;
  if (!enif_get_resource(env, argv[0], db_type, (void **)&db) || !enif_inspect_binary(env, argv[1], &sql) || !enif_is_list(env, argv[2])) {
    return enif_make_badarg(env);
  }
  sqlite3_stmt *statement;
  if (sqlite3_prepare_v2(*db, (const char *)sql.data, (int)sql.size, &statement, NULL) != SQLITE_OK) {
    return error(env, sqlite3_errmsg(*db));
  }
  ERL_NIF_TERM value, values = argv[2];
  for (int index = 1; enif_get_list_cell(env, values, &value, &values); index++) {
    if (!bind(env, statement, index, value)) {
      sqlite3_finalize(statement);
      return enif_make_badarg(env);
    }
  }

  ERL_NIF_TERM rows = enif_make_list(env, 0);
  int status;
  while ((status = sqlite3_step(statement)) == SQLITE_ROW) {
    ERL_NIF_TERM row = enif_make_list(env, 0);
    for (int index = sqlite3_column_count(statement) - 1; index >= 0; index--) {
      row = enif_make_list_cell(env, column(env, statement, index), row);
    }
    rows = enif_make_list_cell(env, row, rows);
  }
  ERL_NIF_TERM result;
  if (status != SQLITE_DONE) {
    result = error(env, sqlite3_errmsg(*db));
  } else {
    enif_make_reverse_list(env, rows, &rows);
    result = ok(env, rows);
  }
  sqlite3_finalize(statement);
  return result;
}

static ErlNifFunc functions[] = {
    {"open", 1, open_db, ERL_NIF_DIRTY_JOB_IO_BOUND},
    {"query", 3, query, ERL_NIF_DIRTY_JOB_IO_BOUND},
};

ERL_NIF_INIT(Elixir.Notes.Sqlite, functions, load, NULL, NULL, NULL)
