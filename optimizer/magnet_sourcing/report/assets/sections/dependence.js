// Dependence by stage against time, the index bold, the free share of delivery dashed.
MS.section("dependence", (box, data, kit) => {
  const symbols = ["circle", "rect", "triangle", "diamond", "emptyRect", "emptyTriangle", "emptyDiamond"];
  const dashes = ["solid", [8, 3], [2, 3], [10, 3, 2, 3]];
  const colours = ["#0072B2", "#E69F00", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#7A5C00", "#005C43"];
  let stage = -1;
  // Stages that never depend on it are in the table only.
  const series = data.lines.filter((line) => line.kind !== "stage" || line.shares.some((x) => Math.abs(x) > 1e-9)).map((line) => {
    if (line.kind === "stage") stage += 1;
    const look = line.kind === "index" ? { color: "#000000", width: 4, type: "solid" }
      : line.kind === "free" ? { color: "#009E73", width: 3, type: [6, 4] }
      : { color: colours[stage % colours.length], width: 2, type: dashes[Math.floor(stage / 2) % dashes.length] };
    return {
      name: line.name, type: "line", data: line.shares, symbol: line.kind === "stage" ? symbols[stage % symbols.length] : "emptyCircle", symbolSize: 9,
      lineStyle: look, itemStyle: { color: look.color }, z: line.kind === "stage" ? 2 : 3,
      endLabel: { show: true, formatter: line.name, color: "#1a1a1a", fontSize: 12, fontWeight: line.kind === "stage" ? "normal" : "bold" },
      labelLayout: { moveOverlap: "shiftY" },
    };
  });
  kit.chart(box, {
    grid: { left: 10, right: 170, top: 60, bottom: 10, containLabel: true },
    legend: { top: 0 },
    tooltip: { trigger: "axis", valueFormatter: (x) => kit.percent(x) },
    xAxis: { type: "category", data: data.periods.map(String), boundaryGap: false },
    yAxis: { type: "value", min: 0, axisLabel: { formatter: (x) => Math.round(100 * x) + " %" } },
    series,
  }, {
    name: "dependence", label: "Share of the year's requirement that depends on " + data.country + ", by stage", height: 440, decal: false,
    table: { columns: [{ title: "stage" }, ...data.periods.map((t) => ({ title: String(t), kind: "percent" }))], rows: data.lines.map((l) => [l.name, ...l.shares]) },
  });
});
