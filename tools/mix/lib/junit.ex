# SPDX-License-Identifier: Apache-2.0
defmodule MixDriver.JUnit do
  @moduledoc """
  A formatter of ExUnit that writes JUnit's XML when the tests have run.

  `junit` in ExUnit's configuration has `:write`, a function that takes it as iodata, `:name`, that of the whole, and
  `:root`: paths of tests are relative to it.
  """

  use GenServer

  @impl true
  def init(options), do: {:ok, %{options: Keyword.fetch!(options, :junit), tests: []}}

  @impl true
  def handle_cast({:test_finished, test}, state), do: {:noreply, %{state | tests: [test | state.tests]}}

  def handle_cast({:suite_finished, times}, state) do
    state.options[:write].(document(state.tests, times.run, state.options))
    {:noreply, state}
  end

  def handle_cast(_event, state), do: {:noreply, state}

  @doc "The XML, as iodata, of `ExUnit.Test`s that took `time` microseconds."
  @spec document([ExUnit.Test.t()], non_neg_integer, keyword) :: iodata
  def document(tests, time, options) do
    suites =
      for {module, tests} <- tests |> Enum.group_by(& &1.module) |> Enum.sort() do
        tests = Enum.sort_by(tests, &{&1.tags.line, &1.name, inspect(&1.parameters)})
        cases = Enum.map(tests, &testcase(&1, options[:root]))
        element("testsuite", [name: inspect(module), file: path(hd(tests), options[:root])] ++ counts(tests, sum(tests)), cases)
      end

    [~s(<?xml version="1.0" encoding="UTF-8"?>\n), element("testsuites", [name: options[:name]] ++ counts(tests, time), suites)]
  end

  defp sum(tests), do: tests |> Enum.map(& &1.time) |> Enum.sum()

  defp counts(tests, time) do
    [
      tests: length(tests),
      failures: Enum.count(tests, &match?({:failed, _}, &1.state)),
      errors: Enum.count(tests, &match?({:invalid, _}, &1.state)),
      skipped: Enum.count(tests, &match?({state, _} when state in [:excluded, :skipped], &1.state)),
      time: seconds(time)
    ]
  end

  defp testcase(test, root) do
    parameters = if test.parameters == %{}, do: "", else: " #{inspect(test.parameters)}"

    element(
      "testcase",
      [
        classname: inspect(test.module),
        name: "#{test.name}#{parameters}",
        time: seconds(test.time),
        file: path(test, root),
        line: test.tags.line
      ],
      [outcome(test), if(test.logs == "", do: [], else: element("system-out", [], text(test.logs)))]
    )
  end

  defp outcome(%{state: nil}), do: []
  defp outcome(%{state: {state, reason}}) when state in [:excluded, :skipped], do: element("skipped", [message: reason], [])

  defp outcome(%{state: {:failed, failures}} = test) do
    failure("failure", failures, ExUnit.Formatter.format_test_failure(test, failures, 1, :infinity, &plain/2))
  end

  # What comes before all tests of the module has failed.
  defp outcome(%{state: {:invalid, %{state: {:failed, failures}} = module}}) do
    failure("error", failures, ExUnit.Formatter.format_test_all_failure(module, failures, 1, :infinity, &plain/2))
  end

  defp failure(name, [{kind, reason, stack} | _], described) do
    type = if is_exception(reason), do: inspect(reason.__struct__), else: inspect(kind)
    element(name, [message: String.trim(Exception.format_banner(kind, reason, stack)), type: type], text(described))
  end

  defp plain(:diff_enabled?, _default), do: false
  defp plain(_key, message), do: message

  defp path(test, root), do: Path.relative_to(test.tags.file, root)

  defp seconds(microseconds), do: :erlang.float_to_binary(microseconds / 1_000_000, decimals: 6)

  defp element(name, attributes, content) do
    attributes = for {key, value} <- attributes, do: [" #{key}=\"", attribute(to_string(value)), ?"]
    if IO.iodata_length(content) == 0, do: ["<", name, attributes, "/>\n"], else: ["<", name, attributes, ">", content, "</", name, ">\n"]
  end

  # A parser takes white space in an attribute for spaces.
  defp attribute(text), do: for(c <- characters(text), do: if(c in ~c"\t\n", do: "&##{c};", else: escape(c)))

  defp text(text), do: for(c <- characters(text), do: escape(c))

  defp escape(?&), do: "&amp;"
  defp escape(?<), do: "&lt;"
  defp escape(?>), do: "&gt;"
  defp escape(?"), do: "&quot;"
  defp escape(?\r), do: "&#13;"
  defp escape(c) when c in ~c"\t\n", do: c
  # XML 1.0 has no place for these, escaped or not.
  defp escape(c) when c < 0x20 or c in [0xFFFE, 0xFFFF], do: "\uFFFD"
  defp escape(c), do: <<c::utf8>>

  # Tests say what they like: bytes that are no UTF-8 come as U+FFFD.
  defp characters(<<c::utf8, rest::binary>>), do: [c | characters(rest)]
  defp characters(<<_, rest::binary>>), do: [0xFFFD | characters(rest)]
  defp characters(<<>>), do: []
end
