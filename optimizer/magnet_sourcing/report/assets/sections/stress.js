// The stress matrix: disruptions down, the worst first, plans across. The shade repeats the number in the cell.
MS.section("stress", (box, data, kit) => {
  const { el, add } = kit;
  const figures = data.figures.filter((f) => data.disruptions.some((d) => data.plans.some((p) => cell(d, p) && kit.known(cell(d, p)[f.column]))));
  if (!data.plans.length || !data.disruptions.length) {
    add(box, el("p", null, "No plan was tested in any disruption, so there is no matrix to draw."));
    return;
  }
  const WORDS = { met: "met", short: "short", broken: "BROKEN", impossible: "NO WAY" };
  const details = el("div", { class: "cell-details", role: "status" }, el("p", { class: "faint screen-only" }, "Choose a cell to see what is behind its number."));
  const place = el("div", { class: "scroll whole", tabindex: "0", role: "region", "aria-label": "Stress matrix" });
  let chosen = null;
  function cell(disruption, plan) { return (data.cells[disruption] || {})[plan]; }
  const text = (figure, c) => (!c ? "not tested" : kit.known(c[figure.column]) ? kit.number(c[figure.column] / figure.divisor, figure.digits) : "-");
  // White to orange: dark text is readable on all of it. Months of stock are better the more there are: no shade.
  function shade(figure, c, largest) {
    if (!c || !figure.harm) return "#ffffff";
    const part = c.status === "impossible" ? 1 : kit.known(c[figure.column]) && largest > 0 ? Math.max(0, c[figure.column] / largest) : 0;
    const mixed = [[255, 232], [255, 130], [255, 60]].map(([from, to]) => Math.round(from + part * (to - from)));
    return "rgb(" + mixed.join(",") + ")";
  }
  function show(figure) {
    const largest = Math.max(0, ...data.disruptions.flatMap((d) => data.plans.map((p) => { const c = cell(d, p); return c && kit.known(c[figure.column]) ? c[figure.column] : 0; })));
    const rows = data.disruptions.map((d) => el("tr", null, el("th", { scope: "row" }, d), data.plans.map((p) => {
      const c = cell(d, p), status = c ? WORDS[c.status] : "";
      const button = el("button", { type: "button", "aria-label": p + ", " + d + ": " + text(figure, c) + " " + status, onclick: () => tell(d, p, button) },
        el("span", { class: "value" }, text(figure, c)), el("span", { class: "verdict" }, status));
      return el("td", { style: "background:" + shade(figure, c, largest), "data-value": c ? c[figure.column] : null, "data-plan": p, "data-disruption": d }, c ? button : "not tested");
    })));
    place.replaceChildren(el("table", { class: "matrix" }, el("caption", null, figure.title),
      el("thead", null, el("tr", null, el("th", { scope: "col" }, "disruption"), data.plans.map((p) => el("th", { scope: "col" }, p)))), el("tbody", null, rows)));
  }
  function tell(disruption, plan, button) {
    const c = cell(disruption, plan), { unit, divisor } = data.money;
    if (chosen) chosen.setAttribute("aria-pressed", "false");
    chosen = button;
    button.setAttribute("aria-pressed", "true");
    const money = (v) => kit.number(v / divisor, 2) + " " + unit, t = " " + kit.mass_unit;
    const facts = [
      ["what happens", c.changes], ["shows in", c.shows], ["outcome", WORDS[c.status]], ["detail", c.detail],
      ["further unmet over the horizon", kit.known(c.further_unmet) ? kit.number(c.further_unmet, 1) + t : null],
      ["unmet in all", kit.known(c.unmet) ? kit.number(c.unmet, 1) + t : null],
      ["of it reserved", c.reserved_unmet ? kit.number(c.reserved_unmet, 1) + t : null],
      ["worst year", kit.known(c.worst_year) ? c.worst_year + ": " + kit.number(c.worst_unmet, 1) + t + " a year" : null],
      ["by segment", c.segments.map(([s, v]) => s + " " + kit.number(v, 1) + t).join(", ")],
      ["extra cost", kit.known(c.extra_cost) ? money(c.extra_cost) : null], ["of it penalties on shortage", c.penalties ? money(c.penalties) : null],
      ["months of need that stocks hold", kit.known(c.months_of_stock) ? kit.number(c.months_of_stock, 1) : null],
      ["years until nothing is further short", c.status === "impossible" ? null : kit.known(c.recovery) ? kit.number(c.recovery) : "not within the horizon"],
      ["a reserve that would have covered it", c.reserves.map(([m, l, v, cost]) => kit.number(v, 0) + t + " of " + m + " at " + l + (kit.known(cost) ? " (" + money(cost) + " a year)" : "")).join("; ")],
      ["deciding again would have saved", kit.known(c.regret_high) ? money(c.regret_low) + " to " + money(c.regret_high) : null],
    ].filter(([, value]) => value !== null && value !== undefined && value !== "");
    details.replaceChildren(el("h3", null, plan + " in " + disruption), el("dl", null, facts.flatMap(([name, value]) => [el("dt", null, name), el("dd", null, value)])));
  }
  if (figures.length > 1) kit.choice(box, "Figure", figures.map((f) => [f.column, f.title]), figures[0].column, (name) => show(figures.find((f) => f.column === name)));
  add(box, place, details);
  show(figures[0] || data.figures[0]);
  kit.sentences(box, data.said);
});
