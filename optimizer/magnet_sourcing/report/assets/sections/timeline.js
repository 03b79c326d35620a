// Contracts and builds as bars: waiting, growing, at full size.
MS.section("timeline", (box, data, kit) => {
  const bars = data.bars, cut = (year) => Math.min(year === null ? data.end : year, data.end);
  const first = Math.min(data.start, ...bars.map((b) => b.decided));
  const parts = bars.map((b) => ({ lead: [b.decided, cut(b.begins)], ramp: [cut(b.begins), cut(Math.min(b.full, cut(b.ends)))], full: [cut(Math.min(b.full, cut(b.ends))), cut(b.ends)] }));
  if (bars.length) {
    const order = bars.map((_, i) => i).reverse();
    const length = (part) => order.map((i) => parts[i][part][1] - parts[i][part][0]);
    const name = (b) => b.name + (b.kind === "contract" ? " (contract)" : ", " + b.size);
    const bar = (title, part, colour) => ({ name: title, type: "bar", stack: "time", barWidth: "60%", itemStyle: { color: colour, borderColor: "#333", borderWidth: 0.5 }, data: length(part) });
    kit.chart(box, {
      grid: { left: 24, right: 40, top: 40, bottom: 10, containLabel: true },
      legend: { top: 0, data: ["lead time", "growing to full size", "in force, at full size"] },
      tooltip: { formatter: (p) => {
        const b = bars[order[p.dataIndex]];
        return b.name + (b.size ? ", " + b.size : "") + "\n" + b.note + "\ndecided " + b.decided + ", begins " + b.begins + (b.full > b.begins ? ", full size " + b.full : "") + ", " + (b.ends === null ? "no end within the horizon" : "ends " + b.ends);
      } },
      xAxis: { type: "value", min: first, max: data.end, minInterval: 1, interval: data.end - first > 24 ? undefined : 1, axisLabel: { formatter: (x) => String(x) }, position: "top" },
      yAxis: { type: "category", data: order.map((i) => name(bars[i])), axisLabel: { interval: 0, width: 330, overflow: "truncate" } },
      series: [
        { name: "before", type: "bar", stack: "time", silent: true, itemStyle: { color: "transparent", decal: { symbol: "none" } }, data: order.map((i) => bars[i].decided) },
        bar("lead time", "lead", "#F0E442"), bar("growing to full size", "ramp", "#56B4E9"),
        { ...bar("in force, at full size", "full", "#0072B2"), label: { show: false } },
      ],
    }, {
      name: "timeline", label: "Contracts and builds from decision to end", height: 80 + 30 * bars.length,
      table: {
        columns: [{ title: "what" }, { title: "kind" }, ...["decided", "begins", "full size", "ends"].map((title) => ({ title, kind: "year" })), { title: "size" }, { title: "note" }],
        rows: bars.map((b) => [b.name, b.kind, b.decided, b.begins, b.full, b.ends, b.size || "", b.note]),
      },
    });
  }
  if (data.marks.length) {
    kit.table(box, [{ title: "year", kind: "year" }, { title: "what" }, { title: "name" }], data.marks.map((m) => [m.year, m.what, m.name]), { caption: "Lanes opened and capacity closed" });
  }
});
