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
  @run_paths [15, 29]

  @doc "Whether the emulator of an installation or a release loads nothing: no interpreter, no libraries."
  @spec static?(Path.t()) :: boolean
  def static?(root), do: emulator(root).interpreter == []

  defp emulator(root) do
    [file] = Path.wildcard(Path.join(root, "erts-*/bin/beam.smp"))
    {:ok, elf} = file |> File.read!() |> read()
    elf
  end

  @doc """
  Fails if an ELF file in `release` is for another processor than its emulator, or wants an interpreter or libraries that
  are not there when it runs: those of the emulator are, and what the file's own run path leads to.
  """
  @spec check(Path.t(), keyword) :: :ok
  def check(release, options) do
    emulator = emulator(release)

    for file <- Path.wildcard(Path.join(release, "**"), match_dot: true),
        File.regular?(file),
        Path.extname(file) not in [".app", ".beam"],
        elf?(file) do
      name = Path.relative_to(file, release)

      with {:ok, elf} <- file |> File.read!() |> read() do
        if elf.machine != emulator.machine do
          fail(
            "the release has #{name}, which is for #{machine_name(elf.machine)}, and #{options[:otp_label]} is for " <>
              "#{machine_name(emulator.machine)}. Build it for the platform of the release: name the target that makes it in ports or nifs of the application's target"
          )
        end

        for interpreter <- elf.interpreter, interpreter not in emulator.interpreter do
          fail("the release has #{name}, which needs #{interpreter} when it runs, and has not that. #{remedy(emulator, name)}")
        end

        for library <- elf.needed, not found?(library, elf, file, emulator) do
          fail(
            "the release has #{name}, which needs the library #{library} when it runs, and does not find that. #{remedy(emulator, name)}, " <>
              "or put #{library} beside it and link it with -Wl,-rpath,$ORIGIN"
          )
        end
      else
        :error -> fail("the release has #{name}, which begins like an ELF file and is none, or is cut off. Build it again, or take it out")
      end
    end

    :ok
  end

  # Alpine Linux has another name for musl, and musl knows it.
  defp found?(library, elf, file, emulator) do
    library in emulator.needed or (emulator.needed != [] and String.starts_with?(library, "libc.musl-")) or
      Enum.any?(elf.run_path, &(beside(&1, file) && File.regular?(Path.join(beside(&1, file), library))))
  end

  defp beside("$ORIGIN" <> rest, file), do: Path.dirname(file) <> rest
  defp beside("${ORIGIN}" <> rest, file), do: Path.dirname(file) <> rest
  defp beside(_directory, _file), do: nil

  defp remedy(%{interpreter: []}, name), do: "Link #{name} statically"
  defp remedy(%{interpreter: [interpreter | _]}, name), do: "Build #{name} with the toolchain of the release, for #{Path.basename(interpreter)}, or link it statically"

  @doc "Whether a file begins as an ELF file does."
  @spec elf?(Path.t()) :: boolean
  def elf?(file), do: File.open!(file, [:read], &IO.binread(&1, 4)) == @magic

  defp machine_name(machine), do: @machines[machine] || "the ELF machine #{machine}"

  @typep elf :: %{machine: integer, interpreter: [String.t()], needed: [String.t()], run_path: [String.t()]}

  @doc "The machine of an ELF file, the interpreter and the libraries that it asks for, and where it looks for these."
  @spec read(binary) :: {:ok, elf} | :error
  def read(<<@magic, 2, 1, _::binary-size(10), _type::16, machine::little-16, _version::32, _entry::64, at::little-64, _::binary-size(14), size::little-16, count::little-16, _::binary>> = data)
      when at + size * count <= byte_size(data) and (size >= 56 or count == 0) do
    headers = for index <- 0..(count - 1)//1, do: header(binary_part(data, at + index * size, 56))

    strings = dynamic_strings(data, headers)

    {:ok,
     %{
       machine: machine,
       interpreter: for({@interpreter, place} <- headers, do: string(bytes(data, place), 0)),
       needed: for({@needed, text} <- strings, do: text),
       run_path: for({tag, text} when tag in @run_paths <- strings, directory <- String.split(text, ":"), do: directory)
     }}
  catch
    :cut_off -> :error
  end

  # Of 32 bits or big-endian: nothing that we build for, and the machine says so.
  def read(<<@magic, _class, 1, _::binary-size(12), machine::little-16, _::binary>> = data) when binary_part(data, 4, 1) != <<2>> do
    {:ok, %{machine: machine, interpreter: [], needed: [], run_path: []}}
  end

  def read(<<@magic, _class, 2, _::binary-size(12), machine::16, _::binary>>), do: {:ok, %{machine: machine, interpreter: [], needed: [], run_path: []}}
  def read(_data), do: :error

  defp header(<<type::little-32, _flags::32, offset::little-64, address::little-64, _::64, size::little-64, _::binary>>) do
    {type, %{offset: offset, address: address, size: size}}
  end

  # The entries of the dynamic section that are text.
  defp dynamic_strings(data, headers) do
    loaded = for {@load, place} <- headers, do: place

    for {@dynamic, place} <- headers, entries = entries(bytes(data, place)), {tag, index} when tag in [@needed | @run_paths] <- entries do
      {@strings, address} = List.keyfind(entries, @strings, 0) || throw(:cut_off)
      segment = Enum.find(loaded, &(address in &1.address..(&1.address + &1.size - 1)//1)) || throw(:cut_off)
      {tag, string(bytes(data, segment), address - segment.address + index)}
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
