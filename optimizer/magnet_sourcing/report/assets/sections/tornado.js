// The tornado: how far each number moves a measure between its low and its high end, the longest bar first.
MS.section("tornado", (box, data, kit) => {
  const { el, add } = kit, MOST = 20;
  const WEAK = "\u25CB", CHANGES = "\u25C6"; // circle and diamond, told in words below the chart
  const drawn = data.measures.filter((m) => m.bars.length);
  if (!drawn.length) {
    add(box, el("p", null, "There are no bars to draw: no range moves a measure, or none was solved; the sentences above say which."));
    return;
  }
  const turns = (bar) => ["low", "high"].filter((end) => bar["decisions_" + end] && ["decisions change", "not all decisions can be kept"].includes(bar["decisions_" + end].verdict));
  const marks = (bar) => (bar.weak ? " " + WEAK : "") + (turns(bar).length ? " " + CHANGES : "");
  const sign = (text, value) => (value > 0 ? "+" + text : text);
  const change = (axis, value) => (value === null ? "not known" : sign(kit.number(value / axis.divisor, axis.share ? 1 : 2), value) + " " + (axis.share ? "percentage points" : axis.unit));
  const shortened = (text, most) => (text.length <= most ? text : text.slice(0, most - 1) + "\u2026");

  function option(measure) {
    const { axis } = measure, bars = measure.bars.slice(0, MOST);
    const series = (end, title, colour) => ({
      name: title, type: "bar", barMaxWidth: 12, itemStyle: { color: colour },
      data: bars.map((bar) => {
        const value = bar["change_" + end], shown = value === null ? null : value / axis.divisor;
        return { value: shown, itemStyle: { opacity: bar.solved === "in full" ? 1 : 0.4 }, label: { show: shown !== null && shown !== 0, position: shown < 0 ? "left" : "right",
          formatter: shortened(bar[end], 24) + ": " + sign(kit.number(shown, 1), shown) } };
      }),
      label: { fontSize: 11, color: "#1a1a1a" }, labelLayout: { hideOverlap: false },
    });
    return {
      grid: { left: 290, right: 60, top: 36, bottom: 46 },
      legend: { top: 0, data: ["at the low end", "at the high end"] },
      tooltip: { trigger: "item", formatter: (at) => told(measure, bars[at.dataIndex]) },
      xAxis: { type: "value", name: "change of " + axis.title.replace(", %", ", percentage points"), nameLocation: "middle", nameGap: 28, ...room(measure, bars) },
      yAxis: { type: "category", inverse: true, data: bars.map((bar, i) => i), axisTick: { show: false }, axisLine: { onZero: false, show: false },
        axisLabel: { formatter: (i) => shortened(bars[i].range, 40) + marks(bars[i]), interval: 0, fontSize: 12 } },
      series: [series("low", "at the low end", kit.palette[0]), series("high", "at the high end", kit.palette[1])],
    };
  }
  // Room at both sides for the values written at the ends.
  function room(measure, bars) {
    const values = bars.flatMap((bar) => [bar.change_low, bar.change_high]).filter(kit.known).map((v) => v / measure.axis.divisor);
    const low = Math.min(0, ...values), high = Math.max(0, ...values), more = 0.42 * (high - low || 1);
    return { min: low - more, max: high + more, axisLine: { show: false }, splitNumber: 6, axisLabel: { formatter: (v) => kit.number(v), showMinLabel: false, showMaxLabel: false } };
  }
  function told(measure, bar) {
    const lines = [bar.range + " (" + bar.confidence + ", " + (bar.solved === "in full" ? "solved in full" : "only screened, decisions held") + ")",
      "now " + bar.base, "at " + bar.low + ": " + change(measure.axis, bar.change_low), "at " + bar.high + ": " + change(measure.axis, bar.change_high)];
    for (const end of turns(bar)) lines.push("at " + bar[end] + ": " + bar["decisions_" + end].verdict);
    return lines.join("\n");
  }
  function table(measure) {
    const { axis, bars, proved } = measure, unit = axis.share ? "percentage points" : axis.unit, digits = axis.share ? 2 : 2;
    const number = (title) => ({ title, kind: "number", unit, digits });
    const columns = [{ title: "range" }, { title: "solved" }, { title: "low" }, number("change at low"), { title: "now" }, { title: "high" }, number("change at high"), number("length"),
      ...(axis.measure === "cost" ? [number("proved at least"), number("proved at most"), { title: "proved longer than all only screened" }] : []), { title: "confidence" }, { title: "note" }];
    const scaled = (v) => (v === null ? null : v / axis.divisor);
    const rows = bars.map((bar, i) => [bar.range, bar.solved, bar.low, scaled(bar.change_low), bar.base, bar.high, scaled(bar.change_high), scaled(bar.length),
      ...(axis.measure === "cost" ? [scaled(bar.length_least), scaled(bar.length_most), i < proved ? "yes" : "no"] : []), bar.confidence, bar.note]);
    return { columns, rows };
  }
  function note(measure) {
    const more = measure.bars.length > MOST ? "The " + MOST + " longest of " + measure.bars.length + " bars; the table has all. " : "";
    const sure = measure.proved === null ? "" : measure.proved ? "The first " + measure.proved + " bars are proved longer than all that were only screened. " : "That these bars are the longest is not proved. ";
    return more + sure + WEAK + " weak number: an estimate, or of low confidence. " + CHANGES + " decisions change at an end. Pale bars were only screened, with decisions held.";
  }
  const label = (measure) => "How far each number moves " + measure.axis.measure + " from its low to its high end";
  const holder = el("div"), said = el("p", { class: "faint" });
  const first = drawn[0];
  let chart = null;
  function show(name) {
    const measure = drawn.find((m) => m.axis.measure === name);
    said.textContent = note(measure);
    holder.querySelectorAll("figcaption").forEach((caption) => { caption.textContent = label(measure); });
    chart.redraw(option(measure), table(measure), label(measure));
  }
  if (drawn.length > 1) kit.choice(box, "Measure", drawn.map((m) => [m.axis.measure, m.axis.measure]), first.axis.measure, show);
  add(box, holder);
  const height = 110 + 34 * Math.max(...drawn.map((m) => Math.min(MOST, m.bars.length)));
  chart = kit.chart(holder, option(first), { label: label(first), name: "tornado", height, table: table(first) });
  said.textContent = note(first);
  add(box, said);

  // ---------------------------------------------------------------- decisions

  const changes = first.bars.flatMap((bar) => turns(bar).map((end) => [bar.range, end, bar[end], bar["decisions_" + end].verdict, bar["decisions_" + end].told.join("; ")]));
  if (changes.length) {
    kit.table(box, [{ title: "range" }, { title: "end" }, { title: "value" }, { title: "verdict" }, { title: "what is decided otherwise", wide: true }], changes, { caption: "Which decisions change at an end", most: 20 });
  }
  kit.sentences(box, data.said);
  if (data.apart.rows.length) kit.table(box, data.apart.columns, data.apart.rows, { caption: "Ends no bar is drawn for" });
});
