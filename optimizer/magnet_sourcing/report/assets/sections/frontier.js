// The frontier: plans that trade one measure against the other, what the proofs leave open between them, and every
// point a way to its plan: by a click on the chart, or by its button in the table.
MS.section("frontier", (box, data, kit) => {
  const { el, add } = kit, { x, y, points, region } = data;
  if (!points.length) {
    add(box, el("p", null, "No plan was found, so there is no frontier to draw."));
    return;
  }
  const shown = (axis, value) => (axis.share ? kit.percent(value) : kit.number(value / axis.divisor, 2));
  const said = (axis, value) => shown(axis, value) + (axis.share ? "" : " " + axis.unit);
  const at = (axis, value) => (value === null ? null : value / axis.divisor);
  const mark = (p) => [p.number === data.knee ? "bend" : "", p.status === "optimal" ? "" : p.status, p.passed ? "" : "AUDIT FAILED"].filter(Boolean).join(", ");
  const about = (p) => [
    "Point " + p.number + (mark(p) ? " (" + mark(p) + ")" : ""),
    y.measure + " " + said(y, p.objective) + ", proved at least " + said(y, p.bound),
    x.measure + " " + said(x, p.value),
    ...(p.price ? [p.price] : []),
    ...p.lever.split("; "),
  ].join("\n");

  // ---------------------------------------------------------------- the chart

  const stairs = (side) => region.flatMap(([low, high, least, most]) => [low, high].map((v) => [at(x, v), at(y, side === "known" ? most : least)]));
  const symbol = (p) => (p.number === data.knee ? "diamond" : "circle");
  const dots = (chosen) => points.map((p) => ({
    value: [at(x, p.value), at(y, p.objective)], name: p.key, symbol: symbol(p),
    symbolSize: p.number === data.knee ? 30 : 22,
    itemStyle: { color: p.key === chosen ? kit.palette[5] : kit.palette[0], borderColor: "#000", borderWidth: p.key === chosen ? 3 : 1, opacity: 1 },
    label: { show: true, formatter: String(p.number), position: "inside", fontWeight: "bold", color: p.key === chosen ? "#000" : "#fff" },
  }));
  const digits = (axis) => (value) => (axis.share ? kit.number(value) + " %" : kit.number(value));
  const option = (chosen) => ({
    grid: { left: 78, right: 30, top: 44, bottom: 54 },
    legend: { top: 0, itemGap: 24, data: [{ name: "plans", icon: "circle" }, "best plan known", "no plan is below: proved"] },
    tooltip: { trigger: "item", formatter: (at) => (at.seriesName === "plans" ? about(points[at.dataIndex]) : at.seriesName) },
    xAxis: { type: "value", scale: true, name: x.title + " (at most)", nameLocation: "middle", nameGap: 32, axisLabel: { formatter: digits(x) }, splitLine: { show: false } },
    yAxis: { type: "value", scale: true, name: y.title, nameLocation: "middle", nameGap: 60, axisLabel: { formatter: digits(y) } },
    series: [
      { name: "best plan known", type: "line", data: stairs("known"), showSymbol: false, silent: true, lineStyle: { color: kit.palette[0], width: 2 }, itemStyle: { color: kit.palette[0] } },
      { name: "no plan is below: proved", type: "line", data: stairs("proved"), showSymbol: false, silent: true, lineStyle: { color: kit.palette[5], width: 2, type: "dashed" }, itemStyle: { color: kit.palette[5] } },
      { name: "plans", type: "scatter", cursor: "pointer", data: dots(chosen), itemStyle: { color: kit.palette[0] }, z: 5 },
    ],
  });
  const columns = [{ title: "point", kind: "whole" }, { title: x.measure, kind: x.share ? "percent" : "number", unit: x.share ? "" : x.unit },
    { title: y.measure, kind: "number", unit: y.unit, digits: 2 }, { title: "proved at least", kind: "number", unit: y.unit, digits: 2 }, { title: "gap", kind: "percent", digits: 3 }];
  const rows = points.map((p) => [p.number, x.share ? p.value : at(x, p.value), at(y, p.objective), at(y, p.bound), p.gap]);
  add(box, el("p", { class: "screen-only" }, "Click a point, or press its button below: the whole page then shows that plan."));
  const label = y.title + " against " + x.title + ": plans, and between the lines what the proofs leave open";
  const chart = kit.chart(box, option(kit.plan), { label, name: "frontier", height: 420, decal: false, table: { columns, rows } });
  chart.on("click", (what) => { if (what.seriesName === "plans") kit.choose(points[what.dataIndex].key); });

  // ---------------------------------------------------------------- the points

  const buttons = points.map((p) => el("button", { type: "button", "data-point": p.number, title: about(p), "aria-label": "Show the plan of " + about(p).split("\n").slice(0, 3).join(", "), onclick: () => kit.choose(p.key) }, "Point " + p.number));
  const unit = (axis) => (axis.unit ? el("span", { class: "unit" }, " " + axis.unit) : null);
  const heads = ["show the plan", "", [x.measure, unit(x)], [y.measure, unit(y)], "gap", "unmet, " + kit.mass_unit, "price of the step", "what buys it"];
  const lines = points.map((p, i) => el("tr", null,
    el("td", null, buttons[i]), el("td", null, mark(p)),
    el("td", { class: "number", "data-value": p.value }, shown(x, p.value)), el("td", { class: "number", "data-value": p.objective }, shown(y, p.objective)),
    el("td", { class: "number", "data-value": p.gap }, kit.percent(p.gap, 3)), el("td", { class: "number", "data-value": p.unmet }, kit.number(p.unmet, 0)),
    el("td", null, p.price), el("td", null, p.lever)));
  add(box, el("div", { class: "scroll whole", tabindex: "0", role: "region", "aria-label": "Points of the frontier" },
    el("table", { class: "points" }, el("caption", null, "The points, and what each step costs and is bought by"),
      el("thead", null, el("tr", null, heads.map((h) => el("th", { scope: "col" }, h)))), el("tbody", null, lines))));

  kit.sentences(box, data.said);

  // The chosen point is marked here and now, so that the focus stays where it is.
  function mind(chosen) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(points[i].key === chosen)));
    chart.redraw(option(chosen));
  }
  mind(kit.plan);
  document.addEventListener("plan-chosen", (event) => mind(event.detail));
});
