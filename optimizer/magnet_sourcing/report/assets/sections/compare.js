// Plans side by side: a table for each kind of difference.
MS.section("compare", (box, data, kit) => {
  for (const table of data.tables) {
    kit.add(box, kit.el("h3", null, table.title));
    kit.table(box, table.columns, table.rows, { caption: table.title });
  }
  kit.sentences(box, data.said);
});
