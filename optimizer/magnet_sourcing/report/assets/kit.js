// The page's machinery: reads the data, lays out sections, and hands each drawing script a kit.
// Text of a case is outside text: it goes to the page as text nodes only, never as HTML.
"use strict";
const MS = (() => {
  const drawers = {};
  const drawn = []; // every section on the page: {section, box, charts}
  // Told apart by colour-blind readers (Okabe and Ito, 2008); the same as in the workbook.
  const palette = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000", "#999999"];
  const custody = { free: "#009E73", "not free": "#D55E00", "not followed": "#999999" };
  let data, land, current, font;

  // ---------------------------------------------------------------- elements

  // el("p", {class: "faint"}, "text", child): children that are no nodes become text.
  function el(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value === true ? "" : String(value));
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined) continue;
      made.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return made;
  }
  const add = (box, ...children) => { box.append(...children); return children[0]; };
  const sentences = (box, lines) => lines.length && add(box, el("ul", { class: "sentences" }, lines.map((x) => el("li", null, x))));

  // ---------------------------------------------------------------- numbers

  const known = (x) => typeof x === "number" && Number.isFinite(x);
  function fixed(x, digits) {
    const text = x.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    if (x !== 0 && Math.abs(x) < 0.5 * 10 ** -digits) return Number(x.toPrecision(2)).toLocaleString("en-US", { maximumSignificantDigits: 2 });
    return text;
  }
  const digitsFor = (largest) => (largest >= 1000 ? 0 : largest >= 10 ? 1 : largest >= 1 ? 2 : 4);
  function number(x, digits) {
    if (!known(x)) return "-";
    return fixed(x, digits === undefined ? (Number.isInteger(x) ? 0 : digitsFor(Math.abs(x))) : digits);
  }
  const percent = (x, digits = 1) => (known(x) ? fixed(100 * x, digits) + " %" : "-");
  const money = (x) => (known(x) ? (data.currency + " " + (Math.abs(x) >= 1e5 ? fixed(x / 1e6, 2) + " million" : number(x))).trim() : "-");
  const tonnes = (x, unit = data.mass_unit) => (known(x) ? number(x) + " " + unit : "-");
  const rounded = (x) => (known(x) ? Number(x.toPrecision(6)) : x);

  // ---------------------------------------------------------------- tables

  // columns: {title, unit, kind: "text" | "number" | "whole" | "year" | "percent" | "figure" (each
  // to its own digits) | "link" (an address), digits, help, wide: true for long text}; rows: arrays of raw
  // values, null for a blank. options: {caption, filter (default: over 8 rows), most: rows shown at first, sort: [column, "ascending"]}.
  function table(box, columns, rows, options = {}) {
    const numeric = columns.map((c) => !["text", "link"].includes(c.kind || "text"));
    const formats = columns.map((c, i) => formatOf(c, rows, i));
    const most = options.most || 200;
    let shown = rows, everything = false, order = options.sort || null;
    const body = el("tbody");
    const said = el("span", { class: "faint", role: "status" });
    const more = el("button", { type: "button", class: "more-rows", onclick: () => { everything = true; fill(); } });
    const filter = el("input", { type: "search", "aria-label": "Filter rows of " + (options.caption || "the table"), oninput: () => { everything = false; fill(); } });
    const heads = columns.map((c, i) => {
      const sorter = el("button", { type: "button", title: c.help, onclick: () => sortBy(i) }, c.title);
      return el("th", { scope: "col", class: numeric[i] ? "number" : null, "data-title": c.title }, sorter, c.unit ? el("span", { class: "unit" }, " " + c.unit) : null);
    });
    function sortBy(i) {
      const down = order && order[0] === i && order[1] === "ascending";
      order = [i, down ? "descending" : "ascending"];
      fill();
    }
    function compare(a, b, i) { // blanks last, whichever way
      const x = a[i], y = b[i], sign = order[1] === "ascending" ? 1 : -1;
      if (x === null || x === undefined) return y === null || y === undefined ? 0 : 1;
      if (y === null || y === undefined) return -1;
      return sign * (numeric[i] ? x - y : String(x).localeCompare(String(y), "en"));
    }
    function fill() {
      const wanted = filter.value.trim().toLowerCase();
      shown = wanted ? rows.filter((r) => r.some((x, i) => formats[i](x).toLowerCase().includes(wanted))) : rows.slice();
      if (order) shown.sort((a, b) => compare(a, b, order[0]));
      heads.forEach((head, i) => head.setAttribute("aria-sort", order && order[0] === i ? order[1] : "none"));
      const listed = everything ? shown : shown.slice(0, most);
      body.replaceChildren(...listed.map((r) => el("tr", null, columns.map((_, i) =>
        el("td", { class: numeric[i] ? "number" : columns[i].wide ? "wide" : null, "data-value": r[i] }, columns[i].kind === "link" ? link(r[i]) : formats[i](r[i]))))));
      said.textContent = shown.length + (shown.length === 1 ? " row" : " rows") + (wanted ? " of " + rows.length : "");
      more.textContent = "Show all " + shown.length + " rows";
      more.hidden = listed.length === shown.length;
    }
    const made = el("table", null, options.caption ? el("caption", null, options.caption) : null, el("thead", null, el("tr", null, heads)), body);
    const around = el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": options.caption || "table" }, made);
    const withFilter = options.filter === undefined ? rows.length > 8 : options.filter;
    if (withFilter) add(box, el("div", { class: "controls" }, el("label", null, "Filter ", filter), said, more));
    add(box, around);
    fill();
    return made;
  }
  // An address of the web is followed only by whoever clicks it; anything else stays text.
  function link(address) {
    if (!/^https?:\/\//i.test(address || "")) return address || "";
    return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address);
  }
  function formatOf(column, rows, i) {
    const kind = column.kind || "text";
    if (kind === "figure") return (x) => (known(x) ? x.toLocaleString("en-US", { maximumSignificantDigits: 6, useGrouping: Math.abs(x) >= 10000 }) : x === null ? "" : String(x));
    if (kind === "text" || kind === "link") return (x) => (x === null || x === undefined ? "" : String(x));
    if (kind === "year") return (x) => (known(x) ? String(x) : "");
    if (kind === "percent") return (x) => (known(x) ? percent(x, column.digits === undefined ? 1 : column.digits) : "");
    const values = rows.map((r) => r[i]).filter(known);
    const whole = kind === "whole" || values.every(Number.isInteger);
    const digits = column.digits !== undefined ? column.digits : whole ? 0 : digitsFor(Math.max(0, ...values.map(Math.abs)));
    return (x) => (known(x) ? fixed(x, digits) : "");
  }

  // ---------------------------------------------------------------- charts

  function makeKit(state) {
    // options: {label: what the chart is, in words, also its caption; table: {columns, rows}, shown instead on demand;
    // height: px, on paper at most printHeight (600); decal: patterns beside colours (default true)}. Returns the ECharts instance, with .redraw(option, table, label).
    function chart(box, option, options) {
      const holder = el("div", { class: "chart", role: "img", style: "height:" + (options.height || 380) + "px" });
      const place = el("div", { class: "as-table", hidden: true });
      const toggle = el("button", { type: "button", "aria-pressed": "false", onclick: () => show(place.hidden) }, "Show as table");
      let tabled = options.table;
      function show(asTable) {
        place.hidden = !asTable;
        toggle.setAttribute("aria-pressed", String(asTable));
        if (asTable) { place.replaceChildren(); table(place, tabled.columns, tabled.rows, { caption: tabled.caption || options.label }); }
      }
      const caption = el("figcaption", null, options.label);
      add(box, el("figure", { "data-chart": options.name || options.label }, options.caption === false ? null : caption, holder, toggle, place));
      const made = echarts.init(holder, null, { renderer: "svg", width: holder.clientWidth || 900, height: options.height || 380 });
      const base = (o, label) => ({
        color: palette, animation: false, textStyle: { fontFamily: font, fontSize: 13, color: "#1a1a1a" },
        aria: { enabled: true, label: { description: label }, decal: { show: options.decal !== false } },
        ...o, tooltip: { confine: true, ...(o.tooltip || {}), renderMode: "richText" }, // richText: names are never read as HTML
      });
      made.setOption(base(option, options.label));
      made.redraw = (changed, newTable, label) => {
        made.setOption(base(changed, label || options.label), true);
        if (label) caption.textContent = label; // on paper, where the slider is not, it says of which year the chart is
        if (newTable) tabled = newTable;
        if (!place.hidden) show(true);
      };
      const watch = new ResizeObserver(() => requestAnimationFrame(() => {
        if (!made.isDisposed() && holder.clientWidth && !printing) made.resize({ width: holder.clientWidth });
      }));
      watch.observe(holder);
      const height = options.height || 380;
      state.charts.push({ made, watch, holder, height, printHeight: Math.min(height, options.printHeight || 600) });
      return made;
    }
    // A year (or any of a list) to choose by mouse or arrow keys; onChange(value) is also called once at once.
    function slider(box, values, onChange, options = {}) {
      const label = options.label || "Year";
      const start = Math.max(0, values.indexOf(options.value === undefined ? values[values.length - 1] : options.value));
      const said = el("output", null, values[start]);
      const input = el("input", { type: "range", min: 0, max: values.length - 1, step: 1, value: start, "aria-label": label, "aria-valuetext": values[start] });
      input.addEventListener("input", () => {
        const chosen = values[Number(input.value)];
        said.textContent = chosen;
        input.setAttribute("aria-valuetext", chosen);
        onChange(chosen);
      });
      add(box, el("div", { class: "controls" }, el("label", { class: "slider" }, label, input, said)));
      onChange(values[start]);
      return { input, set: (value) => { input.value = values.indexOf(value); input.dispatchEvent(new Event("input")); } };
    }
    // Buttons of which one is pressed. choices: [[value, text]].
    function choice(box, label, choices, value, onChange) {
      const made = choices.map(([v, text]) => el("button", { type: "button", "aria-pressed": String(v === value), onclick: () => {
        made.forEach((b, i) => b.setAttribute("aria-pressed", String(choices[i][0] === v)));
        onChange(v);
      } }, text));
      add(box, el("div", { class: "controls", role: "group", "aria-label": label }, el("span", null, label), made));
    }
    // Names -> colours of the palette, in the order given; a map that stays the same whatever is drawn.
    const colours = (names) => Object.fromEntries(names.map((n, i) => [n, palette[i % palette.length]]));
    return {
      chart, table, slider, choice, colours, el, add, sentences, number, percent, money, tonnes, rounded, known, unpack, palette, custody,
      get land() { return land; }, plan: current, plans: data.plans, choose, data,
      currency: data.currency, mass_unit: data.mass_unit, money_unit: data.money_unit,
    };
  }

  // A table packed by columns (see `tables.packed`) as {columns, rows}.
  function unpack(packed) {
    const cells = packed.cells.map((c) => (c.words ? c.at.map((i) => (i < 0 ? null : c.words[i])) : c.values));
    const rows = cells.length ? cells[0].map((_, r) => cells.map((c) => c[r])) : [];
    return { columns: packed.columns, rows };
  }

  // ---------------------------------------------------------------- the page

  function start() {
    data = JSON.parse(document.getElementById("report-data").textContent);
    land = JSON.parse(document.getElementById("report-land").textContent);
    font = getComputedStyle(document.body).fontFamily; // charts measure their text in it
    current = asked() || data.plans[0].key;
    const content = document.getElementById("content"), list = el("ol");
    data.sections.forEach((section, i) => {
      const id = "section-" + section.name;
      const box = el("section", { id, "aria-labelledby": id + "-title", class: i ? null : "first" });
      add(content, box);
      add(list, el("li", null, el("a", { href: "#" + id }, section.title)));
      drawn.push({ section, box, charts: [] });
    });
    add(document.getElementById("contents"), el("h2", null, "On this page"), list);
    drawAll();
    window.addEventListener("hashchange", () => { const key = asked(); if (key && key !== current) choose(key); });
    window.addEventListener("beforeprint", () => fit(true));
    window.addEventListener("afterprint", () => fit(false));
  }
  function asked() {
    const found = /[#&]plan=([^&]*)/.exec(location.hash);
    const key = found && decodeURIComponent(found[1]);
    return key && data.plans.some((p) => p.key === key) ? key : null;
  }
  // Shows another of the page's plans: the top, and every section that differs from plan to plan.
  function choose(key) {
    if (!data.plans.some((p) => p.key === key)) throw new Error("no plan '" + key + "' on this page");
    current = key;
    history.replaceState(null, "", "#plan=" + encodeURIComponent(key));
    drawAll();
    document.dispatchEvent(new CustomEvent("plan-chosen", { detail: key }));
  }
  function drawAll() {
    drawTop();
    for (const state of drawn) {
      if (!state.done || Object.keys(state.section.by_plan).length) draw(state);
    }
  }
  function drawTop() {
    const top = document.getElementById("top"), plan = data.plans.find((p) => p.key === current);
    const focused = document.activeElement && document.activeElement.id === "plan-chooser";
    top.replaceChildren(el("h1", null, data.title), el("p", { class: "status" }, plan.headline));
    for (const line of plan.alarms) add(top, el("p", { class: "alarm", role: "alert" }, line));
    if (data.futures) {
      for (const [title, lines] of data.futures.words) if (lines.length) { add(top, el("h2", null, title)); sentences(top, lines); }
      const unpacked = unpack(data.futures.table);
      table(top, unpacked.columns, unpacked.rows, { caption: "The futures" });
    }
    if (data.plans.length > 1) {
      const select = el("select", { id: "plan-chooser", onchange: () => choose(select.value) },
        data.plans.map((p) => el("option", { value: p.key, selected: p.key === current }, p.title)));
      add(top, el("p", { class: "chooser" }, el("label", { for: "plan-chooser" }, "Plan shown: "), select));
      if (focused) select.focus();
    }
    for (const line of plan.notes) add(top, el("p", { class: "faint" }, line));
  }
  function draw(state) {
    const { section, box } = state, mine = section.by_plan[current];
    state.charts.splice(0).forEach((c) => { c.watch.disconnect(); c.made.dispose(); });
    const height = box.offsetHeight;
    box.style.minHeight = height ? height + "px" : ""; // the page keeps its place while it is drawn again
    box.replaceChildren(el("h2", { id: box.id + "-title" }, section.title));
    for (const line of (mine && mine.lead) || section.lead) add(box, el("p", null, line));
    const whole = { ...section.data, ...(mine || {}) };
    state.done = true;
    if (Object.keys(section.by_plan).length && !mine && !Object.keys(section.data).length) {
      add(box, el("p", { class: "faint" }, "Nothing of this kind in the plan shown."));
    } else {
      try {
        if (!drawers[section.name]) throw new Error("no drawing script for section '" + section.name + "'");
        drawers[section.name](box, whole, makeKit(state));
      } catch (reason) {
        add(box, el("p", { class: "alarm" }, "This section could not be drawn: " + reason.message));
        console.error(section.name, reason);
      }
    }
    box.style.minHeight = "";
  }
  // On paper charts are as wide as the page and no higher than what is left of it below the heading; and back
  // afterwards. A4 across less its margins is 1031 px wide and 702 px high.
  const paperWidth = 980;
  let printing = false;
  function fit(print) {
    printing = print;
    if (print) document.querySelectorAll(".more-rows:not([hidden])").forEach((more) => more.click()); // no table is cut on paper
    for (const { charts } of drawn) {
      for (const { made, holder, height, printHeight } of charts) {
        holder.style.height = (print ? printHeight : height) + "px";
        made.resize({ width: print ? paperWidth : holder.clientWidth || 900, height: print ? printHeight : height });
        made.getZr().flush(); // now: paper does not wait for the next frame
      }
    }
  }

  return { section: (name, draw) => { drawers[name] = draw; }, choose, start, get plan() { return current; } };
})();
