# SPDX-License-Identifier: Apache-2.0
defmodule Notes.Application do
  @moduledoc false
  use Application

  @impl true
  def start(_type, _args) do
    file = Path.join(System.tmp_dir!(), "notes.db")
    {:ok, notes} = Notes.open(file)
    :ok = Notes.add(notes, "milk")
    :ok = Notes.add(notes, "bread")
    {:ok, again} = Notes.open(file)
    IO.puts("notes: SQLite #{Notes.version()} has #{Enum.join(Notes.all(again), ", ")} in #{file}")
    Supervisor.start_link([], strategy: :one_for_one, name: Notes.Supervisor)
  end
end
