// Sankey of an element by stage, country and custody.
MS.section("material", (box, data, kit) => {
  const unit = kit.mass_unit + " ", elements = Object.keys(data.elements);
  let element = elements[0], year, made = null;
  const free = data.exposed ? "free of " + data.exposed : "free", words = { free, "not free": "not " + free, "not followed": "not followed" };
  const now = () => data.elements[element][year] || [];
  const tint = { work: "#0072B2", toll: "#CC79A7", segment: "#000000", bought: "#E69F00" };
  function option() {
    const used = [...new Set(now().flatMap(([a, b]) => [a, b]))].sort((a, b) => a - b);
    // Columns that are empty this year close up.
    const columns = [...new Set(used.map((i) => data.boxes[i].column))].sort((a, b) => a - b);
    return {
      tooltip: { formatter: (p) => p.dataType === "edge"
        ? data.boxes[p.data.source].label + "\nto " + data.boxes[p.data.target].label + "\n" + kit.number(p.data.value) + " " + unit + element + "/y, " + words[p.data.custody]
        : data.boxes[p.name].label + "\n" + kit.number(p.value) + " " + unit + element + "/y" },
      series: [{
        type: "sankey", left: 8, right: 160, top: 10, bottom: 10, nodeGap: 26, nodeWidth: 14, draggable: false, layoutIterations: 64, emphasis: { focus: "adjacency" },
        data: used.map((i) => ({ name: String(i), depth: columns.indexOf(data.boxes[i].column), itemStyle: { color: tint[data.boxes[i].kind] || "#8a8a8a" } })),
        links: now().map(([source, target, custody, amount]) => ({ source: String(source), target: String(target), value: amount, custody, lineStyle: { color: kit.custody[custody], opacity: 0.5 } })),
        label: { formatter: (p) => data.boxes[p.name].lines.join("\n"), fontSize: 11, lineHeight: 13, textBorderColor: "#fff", textBorderWidth: 2 },
        lineStyle: { curveness: 0.5 },
      }],
    };
  }
  const tabled = () => ({
    caption: element + " from box to box in " + year,
    columns: [{ title: "from" }, { title: "to" }, { title: "custody" }, { title: "amount", unit: unit + element + "/y", kind: "number" }],
    rows: now().map(([a, b, custody, amount]) => [data.boxes[a].label, data.boxes[b].label, words[custody], amount]),
  });
  const label = () => element + " from mine to magnet in " + year + ", by stage, country and custody";
  const redraw = () => made && made.redraw(option(), tabled(), label());
  kit.slider(box, data.periods, (chosen) => { year = chosen; redraw(); });
  if (elements.length > 1) kit.choice(box, "Element", elements.map((e) => [e, e]), element, (e) => { element = e; redraw(); });
  kit.add(box, kit.el("ul", { class: "key" }, Object.entries(words).filter(([k]) => data.exposed || k === "not followed").map(([k, text]) =>
    kit.el("li", null, kit.el("span", { class: "swatch", style: "background:" + kit.custody[k], "aria-hidden": "true" }), text))));
  made = kit.chart(box, option(), { name: "material", label: "From mine to magnet, by stage, country and custody", height: 620, printHeight: 460, decal: false, table: tabled() });
  redraw();
});
