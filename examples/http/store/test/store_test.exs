# SPDX-License-Identifier: Apache-2.0
defmodule StoreTest do
  use ExUnit.Case

  setup do
    Enum.each(Store.keys(), &Store.delete/1)
  end

  test "what was put is there until it is deleted" do
    assert Store.fetch("a") == :error
    assert Store.put("a", 1) == :created
    assert Store.put("a", %{"b" => [2]}) == :replaced
    assert Store.fetch("a") == {:ok, %{"b" => [2]}}
    assert Store.delete("a") == :deleted
    assert Store.delete("a") == :missing
    assert Store.fetch("a") == :error
  end

  test "keys are sorted" do
    for key <- ["b", "", "a"], do: Store.put(key, nil)
    assert Store.keys() == ["", "a", "b"]
  end

  test "many processes write at once" do
    1..200
    |> Task.async_stream(&Store.put("key #{&1}", &1), max_concurrency: 20)
    |> Enum.each(&assert &1 == {:ok, :created})

    assert length(Store.keys()) == 200
  end
end
