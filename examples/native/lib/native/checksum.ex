# SPDX-License-Identifier: Apache-2.0
defmodule Native.Checksum do
  @moduledoc "CRC-32C, in C."

  @on_load :load

  @doc false
  def load, do: :erlang.load_nif(:filename.join(:code.priv_dir(:native), ~c"checksum"), 0)

  @doc "The checksum of a binary, as in iSCSI and ext4."
  @spec crc32c(binary) :: non_neg_integer
  def crc32c(_data), do: :erlang.nif_error(:not_loaded)
end
