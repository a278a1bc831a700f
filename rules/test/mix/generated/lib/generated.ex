# SPDX-License-Identifier: Apache-2.0
defmodule Generated do
  @palette Path.expand("../palette/colours.txt", __DIR__)
  @external_resource @palette
  @lines @palette |> File.read!() |> String.split("\n", trim: true)

  def lines, do: @lines
  def resource, do: __MODULE__.__info__(:attributes)[:external_resource]
  def colours, do: Generated.Colours.all()
  def shades, do: :shades.all()

  def ticket(number) do
    {:ok, bytes} = :Ticket.encode(:Ticket, {:Ticket, number, "Ada"})
    :Ticket.decode(:Ticket, bytes)
  end
end
