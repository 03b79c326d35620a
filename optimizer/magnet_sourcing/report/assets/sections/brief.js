// The one-page brief: the decision, what it costs, what it rests on; a page of its own on paper.
MS.section("brief", (box, data, kit) => {
  for (const [heading, lines] of data.parts) {
    kit.add(box, kit.el("h3", null, heading));
    kit.sentences(box, lines);
  }
});
