# SPDX-License-Identifier: Apache-2.0
defmodule Tls.Identity do
  @moduledoc """
  A certificate for a server, its key, and the authority that signed it, made anew at each start.
  """
  require Record

  @enforce_keys [:certificate, :chain, :key, :authority]
  defstruct [:certificate, :chain, :key, :authority]

  @type t :: %__MODULE__{
          certificate: binary,
          chain: [binary],
          key: {atom, binary},
          authority: [binary]
        }

  Record.defrecordp(
    :extension,
    :Extension,
    Record.extract(:Extension, from_lib: "public_key/include/public_key.hrl")
  )

  # {2, 5, 29, 17} is id-ce-subjectAltName.
  @subject_alt_name {2, 5, 29, 17}

  @doc "An identity for the host of this name."
  @spec generate(String.t()) :: t
  def generate(host) do
    name =
      extension(
        extnID: @subject_alt_name,
        extnValue: [dNSName: String.to_charlist(host)],
        critical: false
      )

    ec = [digest: :sha256, key: {:namedCurve, :secp256r1}]

    %{server_config: server, client_config: client} =
      :public_key.pkix_test_data(%{
        server_chain: %{root: ec, intermediates: [], peer: [extensions: [name]] ++ ec},
        client_chain: %{root: ec, intermediates: [], peer: ec}
      })

    %__MODULE__{
      certificate: server[:cert],
      chain: [server[:cert] | server[:cacerts]],
      key: server[:key],
      authority: client[:cacerts]
    }
  end
end
