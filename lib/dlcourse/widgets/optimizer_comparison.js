// Animates the paths of optimizers on a contour map. Python computes the paths.
const WIDTH = 470, HEIGHT = 310, STEPS_PER_SECOND = 12;

const STYLE = `
  --label-width: 7.4em; --value-width: 3.2em;
  button { min-width: 6em; }
  table { border-collapse: collapse; margin: 8px 0 0; font-size: 14px; background: none; }
  td, th { padding: 2px 14px 2px 0; text-align: left; border: none; background: none; }
  td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
  th { font-weight: normal; opacity: 0.75; }
`;

// One shape per optimizer, so that they differ not only in color.
const SHAPES = [
  "M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0", "M-5.5,-5.5h11v11h-11z", "M0,-7L6.5,5h-13z",
  "M0,-7.5L7,0L0,7.5L-7,0z", "M0,7L6.5,-5h-13z", "M-2,-6.5h4v4.5h4.5v4h-4.5v4.5h-4v-4.5h-4.5v-4h4.5z",
];

function render({ model, el }) {
  const [left, right, bottom, top] = model.get("limits");
  const px = (x) => (x - left) / (right - left) * WIDTH, py = (y) => (top - y) / (top - bottom) * HEIGHT;
  const joined = (points) => points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
  let now = 0, running = false, began = 0, from = 0, frame = 0;

  const box = stage(el, "optimizers", { style: STYLE });
  const svg = drawing(box, WIDTH, HEIGHT);
  node("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, fill: "none", stroke: INK,
    "stroke-opacity": 0.35 }, svg);
  const map = node("g", { fill: "none", stroke: INK, "stroke-opacity": 0.45 }, svg);
  node("path", { d: "M-6,-6L6,6M-6,6L6,-6", stroke: INK, "stroke-width": 2.4,
    transform: `translate(${px(0)},${py(0)})` }, svg);
  const names = { fill: INK, "font-size": 13, "font-style": "italic" };
  node("text", { x: WIDTH - 8, y: HEIGHT - 8, "text-anchor": "end", ...names }, svg).textContent = "w₁";
  node("text", { x: 8, y: 18, ...names }, svg).textContent = "w₂";
  const optimizers = Object.keys(model.get("paths")).map((name, i) => {
    const color = COLORS[i % COLORS.length];
    const track = node("polyline", { fill: "none", stroke: color, "stroke-width": 2, "stroke-opacity": 0.75 }, svg);
    return { name, color, shape: SHAPES[i % SHAPES.length], track };
  });
  for (const optimizer of optimizers)
    optimizer.mark = node("path", { d: optimizer.shape, fill: optimizer.color, stroke: "white", "stroke-width": 1.2 }, svg);

  const panel = controls(box);
  const run = button(buttons(panel), "▶ start", () => (running ? stop() : start()));
  const at = slider(panel, "step", { min: 0, max: steps(), step: 1, format: String,
    onChange: (v) => { stop(); now = v; draw(); } });
  const rate = slider(panel, "learning rate", { min: -3.3, max: -0.3, step: 0.02, format: (v) => v.toPrecision(2),
    toSlider: (v) => Math.log10(v), fromSlider: (v) => 10 ** v, onChange: (v) => send(model, { rate: v }) });
  const mu = slider(panel, "momentum μ", { min: 0, max: 0.99, step: 0.01,
    onChange: (v) => send(model, { momentum: v }) });
  const surface = choice(panel, "surface", model.get("surfaces"), (name) => send(model, { surface: name }));
  const table = element("table", {}, panel), head = element("tr", {}, element("thead", {}, table));
  for (const text of ["", "optimizer", "loss"]) element("th", { textContent: text, scope: "col" }, head);
  const body = element("tbody", {}, table);
  for (const optimizer of optimizers) {
    const row = element("tr", {}, body);
    const symbol = node("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, element("td", {}, row));
    node("path", { d: optimizer.shape, fill: optimizer.color }, symbol);
    element("td", { textContent: optimizer.name }, row);
    optimizer.cell = element("td", {}, row);
  }

  function steps() {
    return Object.values(model.get("paths"))[0].length - 1;
  }

  function start() {
    if (now >= steps()) now = 0;
    running = true;
    from = now;
    began = performance.now();
    run.textContent = "❚❚ pause";
    frame = requestAnimationFrame(tick);
  }

  function stop() {
    running = false;
    cancelAnimationFrame(frame);
    run.textContent = "▶ start";
  }

  function tick(time) {
    now = Math.min(steps(), from + Math.max(0, Math.floor((time - began) / 1000 * STEPS_PER_SECOND)));
    draw();
    if (now >= steps()) stop();
    else if (running) frame = requestAnimationFrame(tick);
  }

  function drawMap() {
    map.replaceChildren();
    for (const line of model.get("contours")) node("polyline", { points: joined(line) }, map);
  }

  function draw() {
    const paths = model.get("paths"), losses = model.get("losses");
    at.show(now);
    rate.show(model.get("rate"));
    mu.show(model.get("momentum"));
    surface.show(model.get("surface"));
    for (const { name, track, mark, cell } of optimizers) {
      const here = paths[name][Math.min(now, paths[name].length - 1)], loss = losses[name][now];
      const isOutside = loss === null || here[0] < left || here[0] > right || here[1] < bottom || here[1] > top;
      track.setAttribute("points", joined(paths[name].slice(0, now + 1)));
      mark.setAttribute("transform", `translate(${px(here[0]).toFixed(1)},${py(here[1]).toFixed(1)})`);
      mark.style.display = isOutside ? "none" : "";
      cell.textContent = loss === null || loss > 1e6 ? "off the chart" : loss.toPrecision(2);
    }
    describe(svg, `Step ${now}. ` + optimizers.map(({ name, cell }) => `${name}: loss ${cell.textContent}`).join(", "));
  }

  model.on("change:contours", drawMap);
  model.on("change:paths change:losses", draw);
  drawMap();
  draw();
  return stop; // stops the timer when the view is removed
}

export default { render };
