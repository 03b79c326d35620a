// The figures a planner reads first, and the decision in words.
MS.section("headline", (box, data, kit) => {
  kit.add(box, kit.el("div", { class: "cards" }, data.figures.map((f) => kit.el("div", { class: "card" + (f.bad ? " bad" : ""), "data-figure": f.name, "data-value": f.value },
    kit.el("div", { class: "label" }, f.label), kit.el("div", { class: "value" }, f.text), f.note ? kit.el("div", { class: "note" }, f.note) : null))));
  for (const [title, lines] of data.words) {
    if (!lines.length) continue;
    kit.add(box, kit.el("h3", null, title));
    kit.sentences(box, lines);
  }
});
