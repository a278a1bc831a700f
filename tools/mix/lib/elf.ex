# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.Elf do
  @moduledoc "Whether the native programs of a release run where it runs."

  import MixDriver.Failure, only: [fail: 1]

  @magic "\x7FELF"
  @machines %{3 => "x86", 40 => "arm", 62 => "x86_64", 183 => "aarch64", 243 => "riscv"}

  # Of program headers and of the dynamic section.
  @load 1
  @dynamic 2
  @interpreter 3
  @end_of_section 0
  @needed 1
  @strings 5

  @doc """
  Fails if an ELF file in `release` is for another processor than its emulator, or wants an interpreter or libraries that
  the release has not.
  """
  @spec check(Path.t(), keyword) :: :ok
  def check(release, options) do
    [emulator] = Path.wildcard(Path.join(release, "erts-*/bin/beam.smp"))
    {:ok, %{machine: machine}} = emulator |> File.read!() |> read()
    files = for file <- Path.wildcard(Path.join(release, "**"), match_dot: true), File.regular?(file), do: file
    known = MapSet.new(files, &Path.basename/1)

    for file <- files, file != emulator, Path.extname(file) not in [".app", ".beam"], elf?(file) do
      name = Path.relative_to(file, release)

      with {:ok, elf} <- file |> File.read!() |> read() do
        if elf.machine != machine do
          fail(
            "the release has #{name}, which is for #{machine_name(elf.machine)}, and #{options[:otp_label]} is for " <>
              "#{machine_name(machine)}. Build it for the platform of the release: name the target that makes it in ports of the application's target"
          )
        end

        for wanted <- elf.interpreter ++ elf.needed, Path.basename(wanted) not in known do
          fail("the release has #{name}, which needs #{wanted} when it runs, and has not that. Link #{name} statically")
        end
      else
        :error -> fail("the release has #{name}, which begins like an ELF file and is none, or is cut off. Build it again, or take it out")
      end
    end

    :ok
  end

  defp elf?(file), do: File.open!(file, [:read], &IO.binread(&1, 4)) == @magic

  defp machine_name(machine), do: @machines[machine] || "the ELF machine #{machine}"

  @doc "The machine of an ELF file, and the interpreter and the libraries that it asks for."
  @spec read(binary) :: {:ok, %{machine: integer, interpreter: [String.t()], needed: [String.t()]}} | :error
  def read(<<@magic, 2, 1, _::binary-size(10), _type::16, machine::little-16, _version::32, _entry::64, at::little-64, _::binary-size(14), size::little-16, count::little-16, _::binary>> = data)
      when at + size * count <= byte_size(data) and (size >= 56 or count == 0) do
    headers = for index <- 0..(count - 1)//1, do: header(binary_part(data, at + index * size, 56))

    {:ok,
     %{
       machine: machine,
       interpreter: for({@interpreter, place} <- headers, do: string(bytes(data, place), 0)),
       needed: needed(data, headers)
     }}
  catch
    :cut_off -> :error
  end

  # Of 32 bits or big-endian: nothing that we build for, and the machine says so.
  def read(<<@magic, _class, 1, _::binary-size(12), machine::little-16, _::binary>> = data) when binary_part(data, 4, 1) != <<2>> do
    {:ok, %{machine: machine, interpreter: [], needed: []}}
  end

  def read(<<@magic, _class, 2, _::binary-size(12), machine::16, _::binary>>), do: {:ok, %{machine: machine, interpreter: [], needed: []}}
  def read(_data), do: :error

  defp header(<<type::little-32, _flags::32, offset::little-64, address::little-64, _::64, size::little-64, _::binary>>) do
    {type, %{offset: offset, address: address, size: size}}
  end

  defp needed(data, headers) do
    loaded = for {@load, place} <- headers, do: place

    for {@dynamic, place} <- headers, entries = entries(bytes(data, place)), {@needed, index} <- entries do
      {@strings, address} = List.keyfind(entries, @strings, 0) || throw(:cut_off)
      segment = Enum.find(loaded, &(address in &1.address..(&1.address + &1.size - 1)//1)) || throw(:cut_off)
      string(bytes(data, segment), address - segment.address + index)
    end
  end

  defp entries(<<@end_of_section::64, _::binary>>), do: []
  defp entries(<<tag::little-64, value::little-64, rest::binary>>), do: [{tag, value} | entries(rest)]
  defp entries(_rest), do: []

  defp bytes(data, %{offset: offset, size: size}) when offset + size <= byte_size(data), do: binary_part(data, offset, size)
  defp bytes(_data, _place), do: throw(:cut_off)

  defp string(data, at) when at < byte_size(data) do
    data |> binary_part(at, byte_size(data) - at) |> :binary.split(<<0>>) |> hd()
  end

  defp string(_data, _at), do: throw(:cut_off)
end
