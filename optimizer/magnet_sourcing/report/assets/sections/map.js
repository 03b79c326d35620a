// Places and lanes on the land's outline, by year.
MS.section("map", (box, data, kit) => {
  const path = (points) => "path://M" + points.map((p) => p.join(" ")).join("L") + "Z";
  const around = (n, turn, radius) => [...Array(n).keys()].map((i) => {
    const angle = turn + (2 * Math.PI * i) / n;
    return [radius(i) * Math.sin(angle), -radius(i) * Math.cos(angle)];
  });
  const plus = [[-1, -3], [1, -3], [1, -1], [3, -1], [3, 1], [1, 1], [1, 3], [-1, 3], [-1, 1], [-3, 1], [-3, -1], [-1, -1]];
  const symbols = ["circle", "rect", "triangle", "diamond", path([[-3, -3], [3, -3], [0, 3]]), path(around(5, 0, () => 3)), path(around(10, 0, (i) => (i % 2 ? 1.3 : 3))),
    path(around(6, 0, () => 3)), path([[-3, -1.5], [3, -1.5], [3, 1.5], [-3, 1.5]])];
  const own = { bought: { symbol: path(plus), colour: "#8B0000" }, tolling: { symbol: path([[-3, -3], [3, 3], [3, -3], [-3, 3]]), colour: "#7A1F6B" }, market: { symbol: path([[-3, 3], [-3, 0], [0, -3], [3, 0], [3, 3]]), colour: "#000000" } };
  const hues = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#7A5C00", "#5B3A8E", "#777777"];
  const look = (group) => { const g = data.groups.indexOf(group); return own[group] || { symbol: symbols[g % symbols.length], colour: hues[g % hues.length] }; };
  const located = ([, , latitude, longitude]) => kit.known(latitude) && kit.known(longitude);
  const known = data.places.map(located), at = (i) => [data.places[i][3], data.places[i][2]];
  const countries = [...new Set(data.places.map((p) => p[1]))];
  const concerned = new Set([...data.points.map((p) => p[0]), ...data.lanes.flatMap((l) => [l[1], l[2]])]);
  const onMap = [...concerned].filter((i) => known[i]);
  if (onMap.length) echarts.registerMap("land", { type: "FeatureCollection", features: [{ type: "Feature", properties: { name: "land" }, geometry: kit.land }] });
  // Places where the plan does something in some year: the map shows the same part of the world in all years.
  const everUsed = new Set(Object.values(data.by_period).flatMap((now) => [...Object.keys(now.points).map((i) => data.points[i][0]), ...Object.keys(now.lanes).flatMap((i) => data.lanes[i].slice(1))]));
  let year, offered = false, view = "all", made = null;

  function bounds() {
    const shown = onMap.filter((i) => (view === "all" ? offered || everUsed.has(i) : data.places[i][1] === view)).map(at);
    const xs = shown.map((p) => p[0]), ys = shown.map((p) => p[1]), margin = view === "all" ? 8 : 3;
    const middle = (v) => (Math.min(...v) + Math.max(...v)) / 2, half = (v, least) => Math.max(least, (Math.max(...v) - Math.min(...v)) / 2 + margin);
    const least = view === "all" ? 20 : 5;
    return [[middle(xs) - half(xs, least), Math.min(85, middle(ys) + half(ys, least))], [middle(xs) + half(xs, least), Math.max(-60, middle(ys) - half(ys, least))]];
  }
  function custodyOf([tonnes, free]) {
    if (free === null || !data.exposed) return "not followed";
    return free > tonnes * (1 - 1e-6) ? "free" : free > 1e-6 * tonnes ? "partly free" : "not free";
  }
  const looks = {
    free: { color: kit.custody.free, type: "solid" }, "partly free": { color: "#0072B2", type: [10, 4] },
    "not free": { color: kit.custody["not free"], type: [4, 4] }, "not followed": { color: kit.custody["not followed"], type: "solid" },
  };
  const words = (c) => (c === "not followed" || !data.exposed ? "not followed" : c + " of " + data.exposed);

  function option() {
    const now = data.by_period[year], perPlace = {}, size = view === "all" ? 10 : 14;
    data.points.forEach(([place, group], i) => {
      const used = now.points[i] !== undefined;
      if (!known[place] || !(used || offered)) return;
      const mine = (perPlace[place] = perPlace[place] || {});
      const one = (mine[group] = mine[group] || { names: [], used: false });
      one.used = one.used || used;
      one.names.push(data.points[i][2] + (used ? ": " + kit.number(now.points[i]) + " " + kit.mass_unit + "/y" : ": offered, not used"));
    });
    const dots = data.groups.map((group) => ({
      name: group, type: "scatter", coordinateSystem: "geo", symbol: look(group).symbol, symbolSize: size, itemStyle: { color: look(group).colour, borderColor: "#fff", borderWidth: 1 }, z: 5,
      data: Object.entries(perPlace).filter(([, mine]) => mine[group]).map(([place, mine]) => {
        const groups = data.groups.filter((other) => mine[other]), one = mine[group];
        return { name: data.places[place][0], value: at(place), symbolOffset: [(groups.indexOf(group) - (groups.length - 1) / 2) * (size - 1), 0], lines: one.names,
          itemStyle: one.used ? undefined : { color: "#fff", borderColor: look(group).colour, borderWidth: 2 } };
      }),
    }));
    const largest = Math.max(1, ...Object.values(now.lanes).map((x) => x[0]));
    const arcs = {}, ends = new Set(Object.keys(perPlace).map(Number));
    data.lanes.forEach(([name, from, to], i) => {
      const carried = now.lanes[i];
      if (!known[from] || !known[to] || from === to || !(carried || offered)) return;
      ends.add(from).add(to);
      const kind = carried ? custodyOf(carried) : "offered, not used";
      (arcs[kind] = arcs[kind] || []).push({ name, coords: [at(from), at(to)], says: carried ? kit.tonnes(carried[0]) + "/y of " + carried[2] + "\n" + words(kind) : "offered, not used",
        lineStyle: { width: carried ? 1 + 6 * Math.sqrt(carried[0] / largest) : 1 } });
    });
    const lines = Object.entries(arcs).map(([kind, items]) => ({
      name: words(kind) === kind || !looks[kind] ? kind : words(kind), type: "lines", coordinateSystem: "geo", symbol: ["none", "arrow"], symbolSize: 8, data: items, z: 3,
      lineStyle: { ...(looks[kind] || { color: "#777", type: [1, 4] }), opacity: 0.75, curveness: 0.25 }, itemStyle: { color: (looks[kind] || { color: "#777" }).color },
    }));
    const many = (country) => onMap.filter((i) => ends.has(i) && data.places[i][1] === country).length;
    const names = onMap.filter((i) => ends.has(i) && (view !== "all" || many(data.places[i][1]) < 4))
      .map((i) => ({ name: many(data.places[i][1]) === 1 ? data.places[i][0] + ", " + data.places[i][1] : data.places[i][0], value: at(i) }));
    const titles = countries.filter((c) => many(c) > 1).map((c) => {
      const mine = onMap.filter((i) => ends.has(i) && data.places[i][1] === c).map(at), mean = (k) => mine.reduce((s, p) => s + p[k], 0) / mine.length;
      return { name: c, value: [mean(0), view === "all" ? Math.max(...mine.map((p) => p[1])) : mean(1)] };
    });
    const text = (label, data) => ({ type: "scatter", coordinateSystem: "geo", symbolSize: 0.1, silent: true, data, z: 6, tooltip: { show: false }, labelLayout: { hideOverlap: true },
      label: { show: true, formatter: (p) => p.name, color: "#1a1a1a", textBorderColor: "#fff", textBorderWidth: 3, ...label } });
    return {
      legend: { bottom: 0, backgroundColor: "rgba(255,255,255,0.85)", data: [...dots.filter((d) => d.data.length).map((d) => d.name), ...lines.map((l) => ({ name: l.name, icon: "path://M0 4H26V8H0Z" }))] },
      tooltip: { formatter: (p) => (p.data.lines ? p.name + "\n" + p.data.lines.join("\n") : p.name + "\n" + p.data.says) },
      geo: { map: "land", roam: "move", boundingCoords: bounds(), aspectScale: 0.9, left: 8, right: 8, top: 8, bottom: 60, silent: true, clip: true,
        itemStyle: { areaColor: "#eceae4", borderColor: "#a9a79f", borderWidth: 0.6 }, emphasis: { disabled: true } },
      series: [...lines, ...dots, text({ position: "bottom", distance: 8, fontSize: 12 }, names), text({ position: "top", distance: 14, fontSize: 14, fontWeight: "bold", color: "#444" }, view === "all" ? titles : [])],
    };
  }
  function tabled() {
    const now = data.by_period[year], rows = [];
    data.points.forEach(([place, group, name], i) => {
      if (now.points[i] !== undefined || offered) rows.push([group, name, data.places[place][0], data.places[place][1], null, now.points[i] === undefined ? null : now.points[i], null]);
    });
    data.lanes.forEach(([name, from, to], i) => {
      const carried = now.lanes[i];
      if (carried || offered) rows.push(["lane", name, data.places[from][0], data.places[from][1], data.places[to][0] + ", " + data.places[to][1], carried ? carried[0] : null, carried ? carried[1] : null]);
    });
    const unit = kit.mass_unit + "/y";
    return { caption: "What happens where in " + year, columns: [{ title: "what" }, { title: "name" }, { title: "place" }, { title: "country" }, { title: "to" }, { title: "amount", unit, kind: "number" }, { title: "of which free", unit, kind: "number" }], rows };
  }
  const label = () => "Mines, plants, markets and lanes in " + year + "; width of a lane by tonnes";
  const redraw = () => made && made.redraw(option(), tabled(), label());
  kit.slider(box, data.periods, (chosen) => { year = chosen; redraw(); });
  kit.choice(box, "Shown", [[false, "what the plan uses"], [true, "also what is offered and not used"]], offered, (v) => { offered = v; redraw(); });
  const crowded = countries.filter((c) => onMap.filter((i) => data.places[i][1] === c).length > 2);
  if (crowded.length) kit.choice(box, "Part of the map", [["all", "all places"], ...crowded.map((c) => [c, c])], view, (v) => { view = v; redraw(); });
  if (onMap.length) {
    made = kit.chart(box, option(), { name: "map", label: "Mines, plants, markets and lanes; width of a lane by tonnes", height: 560, printHeight: 500, decal: false, table: tabled() });
    redraw();
  } else kit.table(box, tabled().columns, tabled().rows, { caption: tabled().caption });
  const lost = [...concerned].filter((i) => !known[i]);
  if (lost.length) {
    kit.add(box, kit.el("p", { class: "not-on-map" }, "Not on the map, because the case gives no latitude and longitude: " + lost.map((i) => data.places[i][0] + " (" + data.places[i][1] + ")").join(", ") + ". Lanes to and from there are in the table."));
  }
  kit.add(box, kit.el("p", { class: "faint" }, "The map shows coastlines only: no borders are drawn. The outline is Natural Earth's, in the public domain."));
});
