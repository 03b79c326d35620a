// Stacked cost by item and year; discounted totals by item.
MS.section("costs", (box, data, kit) => {
  const { name, divisor } = kit.money_unit;
  // The palette has nine colours: eight items in the chart, the rest together; the table has them all.
  const most = data.items.length > 9 ? 8 : 9;
  const parts = data.items.slice(0, most).map((item, i) => ({ name: item, values: data.yearly[i] }));
  if (data.items.length > most) parts.push({ name: (data.items.length - most) + " smaller items, net", values: data.periods.map((_, t) => data.yearly.slice(most).reduce((sum, row) => sum + row[t], 0)) });
  const totals = data.periods.map((_, t) => data.yearly.reduce((sum, row) => sum + row[t], 0));
  kit.chart(box, {
    grid: { left: 10, right: 20, top: 60, bottom: 10, containLabel: true },
    legend: { top: 0, type: "plain" },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (x) => kit.number(x) + " " + name },
    xAxis: { type: "category", data: data.periods.map(String) },
    yAxis: { type: "value", name: name + " a year", nameTextStyle: { align: "left" } },
    series: [
      ...parts.map((p) => ({ name: p.name, type: "bar", stack: "cost", data: p.values.map((x) => kit.rounded(x / divisor)) })),
      { name: "total", type: "line", symbol: "diamond", symbolSize: 8, lineStyle: { color: "#000", width: 1.5 }, itemStyle: { color: "#000" }, data: totals.map((x) => kit.rounded(x / divisor)) },
    ],
  }, {
    name: "yearly", label: "Cost a year by item, not discounted; money received below zero", height: 420,
    table: {
      columns: [{ title: "item" }, ...data.periods.map((t) => ({ title: String(t), unit: name, kind: "number", digits: 2 }))],
      rows: [...data.items.map((item, i) => [item, ...data.yearly[i].map((x) => x / divisor)]), ["total", ...totals.map((x) => x / divisor)]],
    },
  });
  const whole = data.totals.reduce((a, b) => a + b, 0), order = data.items.map((_, i) => i).reverse();
  kit.chart(box, {
    grid: { left: 24, right: 90, top: 10, bottom: 30, containLabel: true },
    tooltip: { valueFormatter: (x) => kit.number(x) + " " + name },
    xAxis: { type: "value", name: name, nameLocation: "middle", nameGap: 26 },
    yAxis: { type: "category", data: order.map((i) => data.items[i]), axisLabel: { interval: 0 } },
    series: [{ type: "bar", barMaxWidth: 22, data: order.map((i) => kit.rounded(data.totals[i] / divisor)), label: { show: true, position: "right", formatter: (p) => kit.number(p.value, 2) } }],
  }, {
    name: "totals", label: "Cost over the horizon by item, discounted; sum " + kit.money(whole), height: 60 + 26 * data.items.length, decal: false,
    table: {
      columns: [{ title: "item" }, { title: "discounted", unit: name, kind: "number", digits: 3 }],
      rows: [...data.items.map((item, i) => [item, data.totals[i] / divisor]), ["total", whole / divisor]],
    },
  });
});
