// All tables of the plan, each drawn when it is first opened.
MS.section("tables", (box, data, kit) => {
  kit.add(box, kit.el("p", { class: "print-only" }, "Printed are the tables that are open on the screen; all are in the plan's workbook."));
  for (const { name, help, rows, table } of data.tables) {
    const inside = kit.el("div");
    const whole = kit.el("details", { "data-table": name },
      kit.el("summary", null, name.replaceAll("_", " ") + " (" + rows + (rows === 1 ? " row)" : " rows)")), kit.el("p", { class: "faint" }, help), inside);
    whole.addEventListener("toggle", () => {
      if (!whole.open || inside.childNodes.length) return;
      const unpacked = kit.unpack(table);
      kit.table(inside, unpacked.columns, unpacked.rows, { caption: name.replaceAll("_", " ") });
    });
    kit.add(box, whole);
  }
});
