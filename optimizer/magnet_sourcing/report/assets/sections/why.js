// Why this and not that: a row an option, with its evidence.
MS.section("why", (box, data, kit) => {
  if (!data.rows.length) {
    kit.add(box, kit.el("p", null, "There was nothing to choose between: the case offers no route, expansion or lane to decide on."));
    return;
  }
  kit.table(box, data.columns, data.rows, { caption: "Options, taken or not, and why", filter: true });
});
