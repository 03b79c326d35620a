// Weak numbers first, then sources with what rests on them, then every number of the evidence.
MS.section("sources", (box, data, kit) => {
  const { el, add } = kit, { measures, rows } = data.weak;
  if (rows.length) {
    const moves = measures.map((m) => ({ title: "moves " + m.measure, kind: "number", unit: m.share ? "percentage points" : m.unit, digits: m.share ? 1 : 2, help: "between its low and its high end, alone" }));
    const columns = [{ title: "rank", kind: "whole" }, { title: "range" }, { title: "confidence" }, ...moves, { title: "low" }, { title: "now" }, { title: "high" }, { title: "width", kind: "percent", digits: 0, help: "high less low, beside the number" }, { title: "reasoning", wide: true }, { title: "source" }, { title: "numbers", wide: true }];
    const cells = rows.map((r, i) => [i + 1, r.name, r.confidence, ...r.moves.map((v, m) => (v === null ? null : v / measures[m].divisor)), r.low, r.base, r.high, r.width, r.note, r.source, r.numbers]);
    const caption = "Weak numbers: estimates, and numbers of low confidence", most = 20;
    kit.table(box, columns, cells.slice(0, most), { caption: cells.length > most ? caption + ", the first " + most : caption, filter: true });
    if (cells.length > most) opened("All weak numbers (" + cells.length + " rows)", (inside) => kit.table(inside, columns, cells, { caption: caption + ", all", most: 25, filter: true }));
  }
  if (data.sources.length) {
    add(box, el("h3", null, "Sources"));
    const columns = [{ title: "source" }, { title: "title", wide: true }, { title: "year", kind: "year" }, { title: "numbers", kind: "whole", help: "rows of the evidence that rest on it" }, { title: "their confidence" }, { title: "rows", kind: "whole", help: "rows of the case's tables that name it" }, { title: "in sheets", wide: true }, { title: "address", kind: "link", wide: true }, { title: "note", wide: true }];
    kit.table(box, columns, data.sources.map((s) => [s.source, s.title, s.year, s.numbers, s.grades, s.rows, s.sheets, s.url, s.note]), { caption: "Where the numbers come from", most: 50, filter: true });
  }
  if (data.numbers.length) {
    const columns = ["sheet", "row", "column"].map((title) => ({ title })).concat(["value", "low", "high"].map((title) => ({ title, kind: "figure" })), ["unit", "confidence", "source"].map((title) => ({ title })), { title: "reasoning", wide: true });
    const cells = data.numbers.map((n) => [...n.slice(0, 9), data.reasons[n[9]]]);
    opened("Number by number (" + cells.length + " rows)", (inside) => kit.table(inside, columns, cells, { caption: "How sure each number is, and where it comes from", most: 25, filter: true }));
  }
  // Long tables are drawn, and printed, only if opened.
  function opened(title, draw) {
    const inside = el("div"), whole = el("details", null, el("summary", null, title), inside);
    whole.addEventListener("toggle", () => { if (whole.open && !inside.childNodes.length) draw(inside); });
    add(box, whole);
  }
});
