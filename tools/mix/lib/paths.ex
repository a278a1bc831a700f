# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Paths do
  @moduledoc """
  Takes the directory of the build out of BEAM files.

  Debug information, documentation, `@external_resource` and what comes of `__DIR__` hold absolute paths, which differ
  from one build to the next. They become relative ones.
  """

  # Chunks that are one external term; literals have a form of their own.
  @terms [~c"Attr", ~c"CInf", ~c"Dbgi", ~c"Docs", ~c"ExCk", ~c"Meta"]
  @literals ~c"LitT"

  @doc "Rewrites the BEAM files in `dir` that hold paths below one of `roots`."
  @spec remove(Path.t(), [Path.t()]) :: :ok
  def remove(dir, roots) do
    dir
    |> Path.join("*.beam")
    |> Path.wildcard()
    |> Task.async_stream(&remove_from(&1, roots), ordered: false, timeout: :infinity)
    |> Stream.run()
  end

  @doc "The same for one file."
  @spec remove_from(Path.t(), [Path.t()]) :: :ok
  def remove_from(file, roots) do
    {:ok, _module, old} = :beam_lib.all_chunks(String.to_charlist(file))
    new = for {id, data} <- old, do: {id, chunk(id, data, roots)}

    if new != old do
      # What the compiler computes from literals among others.
      new = if List.keyfind(new, @literals, 0) == List.keyfind(old, @literals, 0), do: new, else: checksums(new)
      {:ok, beam} = :beam_lib.build_module(new)
      File.write!(file, beam)
    end

    :ok
  end

  defp chunk(id, data, roots) when id in @terms do
    term = :erlang.binary_to_term(data)
    new = rewrite(term, roots)
    if new == term, do: data, else: encode(new, data)
  end

  defp chunk(@literals, <<size::32, compressed::binary>>, roots) when size > 0 do
    <<count::32, table::binary>> = :zlib.uncompress(compressed)
    new = for <<size::32, term::binary-size(size) <- table>>, into: <<>>, do: literal(term, roots)

    if new == table do
      <<size::32, compressed::binary>>
    else
      table = <<count::32, new::binary>>
      <<byte_size(table)::32, :zlib.compress(table)::binary>>
    end
  end

  defp chunk(_id, data, _roots), do: data

  defp literal(data, roots) do
    term = :erlang.binary_to_term(data)
    new = rewrite(term, roots)
    data = if new == term, do: data, else: encode(new, data)
    <<byte_size(data)::32, data::binary>>
  end

  # What was compressed is so again.
  defp encode(term, <<131, 80, _::binary>>), do: :erlang.term_to_binary(term, [:deterministic, :compressed])
  defp encode(term, _old), do: :erlang.term_to_binary(term, [:deterministic])

  defp checksums(chunks) do
    {:ok, beam} = :beam_lib.build_module(chunks)
    {:ok, {_module, md5}} = :beam_lib.md5(beam)
    for {id, data} <- chunks, do: {id, checksum(id, data, md5)}
  end

  # The default of @vsn.
  defp checksum(~c"Attr", data, <<vsn::128>>) do
    attributes = :erlang.binary_to_term(data)

    case List.keyfind(attributes, :vsn, 0) do
      {:vsn, [default]} when is_integer(default) -> attributes |> List.keyreplace(:vsn, 0, {:vsn, [vsn]}) |> encode(data)
      _given -> data
    end
  end

  # The last of the six numbers of each fun.
  defp checksum(~c"FunT", <<count::32, funs::binary>>, <<unique::27, _rest::101>>) do
    funs = for <<fun::binary-size(20), _old::32 <- funs>>, into: <<>>, do: <<fun::binary, unique::32>>
    <<count::32, funs::binary>>
  end

  defp checksum(_id, data, _md5), do: data

  defp rewrite(term, roots) when is_binary(term) do
    # The longest one that fits counts.
    term
    |> :binary.replace(Enum.map(roots, &(&1 <> "/")), "", [:global])
    |> :binary.replace(roots, ".", [:global])
  end

  defp rewrite(term, roots) when is_list(term) do
    if :io_lib.latin1_char_list(term) do
      term |> :erlang.list_to_binary() |> rewrite(roots) |> :binary.bin_to_list()
    else
      rewrite_list(term, roots)
    end
  end

  defp rewrite(term, roots) when is_tuple(term) do
    term |> Tuple.to_list() |> rewrite_list(roots) |> List.to_tuple()
  end

  defp rewrite(term, roots) when is_map(term) do
    for {key, value} <- :maps.to_list(term), into: %{}, do: {rewrite(key, roots), rewrite(value, roots)}
  end

  defp rewrite(term, _roots), do: term

  # Lists may be improper.
  defp rewrite_list([head | tail], roots), do: [rewrite(head, roots) | rewrite_list(tail, roots)]
  defp rewrite_list([], _roots), do: []
  defp rewrite_list(tail, roots), do: rewrite(tail, roots)
end
