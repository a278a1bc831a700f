# SPDX-License-Identifier: Apache-2.0
defmodule Abacus do
  require Record
  Record.defrecord(:sum, Record.extract(:sum, from_lib: "calc/include/calc.hrl"))
  Record.defrecord(:order, :Order, Record.extract(:Order, from_lib: "calc/include/Order.hrl"))

  def report do
    {:ok, [:apple], 1} = :abacus_lexer.string(~c"apple")
    {:ok, [{:word, 1}]} = :abacus_parser.parse([{:word, 1}])

    inspect(
      eval: :calc.eval(~c"1 + 2"),
      tell: :teller.tell(sum(left: 3, right: 4)),
      count: :calc.count(),
      modes: {:calc.mode(), :teller.mode()},
      origin: :calc.origin(),
      name: :calc.name(),
      twice: :teller.twice(),
      order: :Order.encode(:Order, order(number: 10, amount: 5)),
      left: :abacus_erl.left({:sum, 5, 6}),
      doubled: {:calc.double(:calc, 4), :calc.double(:abacus, 5)},
      versions: for(app <- [:calc, :teller], do: Application.spec(app, :vsn)),
      running: is_pid(Process.whereis(:teller))
    )
  end
end
