// Demand delivered by segment, and what is not delivered on top, hatched black.
MS.section("demand", (box, data, kit) => {
  const unit = kit.mass_unit + "/y", total = (rows) => data.periods.map((_, t) => rows.reduce((sum, row) => sum + row[t], 0));
  const short = total(data.short), required = total(data.required);
  const most = data.segments.length > 8 ? 7 : 8;
  const parts = data.segments.slice(0, most).map((s, i) => ({ name: s, values: data.delivered[i] }));
  if (data.segments.length > most) parts.push({ name: (data.segments.length - most) + " smaller segments", values: total(data.delivered.slice(most)) });
  kit.chart(box, {
    grid: { left: 10, right: 20, top: 60, bottom: 10, containLabel: true },
    legend: { top: 0 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (x) => kit.number(x) + " " + unit },
    xAxis: { type: "category", data: data.periods.map(String) },
    yAxis: { type: "value", name: unit, nameTextStyle: { align: "left" } },
    series: [
      ...parts.map((p, i) => ({ name: p.name, type: "bar", stack: "demand", itemStyle: { color: kit.palette.filter((c) => c !== "#000000")[i % 8] }, data: p.values.map(kit.rounded) })),
      { name: "not met", type: "bar", stack: "demand", itemStyle: { color: "#000000" }, data: short.map(kit.rounded) },
      { name: "needed", type: "line", step: false, symbol: "diamond", symbolSize: 8, lineStyle: { color: "#000", width: 1.5, type: "dashed" }, itemStyle: { color: "#000" }, data: required.map(kit.rounded) },
    ],
  }, {
    name: "demand", label: "Demand met by segment, and not met", height: 420,
    table: {
      columns: [{ title: "segment" }, { title: "year", kind: "year" }, ...["needed", "delivered", "not met"].map((title) => ({ title, unit, kind: "number" }))],
      rows: data.segments.flatMap((s, i) => data.periods.map((t, j) => [s, t, data.required[i][j], data.delivered[i][j], data.short[i][j]])),
    },
  });
});
