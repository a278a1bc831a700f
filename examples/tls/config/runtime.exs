# SPDX-License-Identifier: Apache-2.0
import Config

# In tests the system chooses a free port.
port = System.get_env("PORT", if(config_env() == :test, do: "0", else: "8443"))

case Integer.parse(port) do
  {number, ""} when number in 0..65_535 -> config :tls, port: number
  _ -> raise "PORT is #{inspect(port)}; expected a number from 0 to 65535"
end
