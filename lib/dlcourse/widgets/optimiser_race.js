// Runners on a contour map. Python computes all their steps; this shows them up to the present one.
const COLOURS = ["#0C83C8", "#E0661B", "#0B9E77", "#B9609B", "#B88A00", "#4FA3D9"], INK = "#787878";
const WIDTH = 470, HEIGHT = 310, SVG = "http://www.w3.org/2000/svg";
const STEPS_A_SECOND = 12;

const STYLE = `
.dlc-race { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: flex-start; max-width: 820px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-race svg { max-width: 100%; height: auto; }
.dlc-race .panel { min-width: 260px; flex: 1; }
.dlc-race label { display: grid; grid-template-columns: 6.4em 1fr 3.2em; align-items: center;
  gap: 8px; margin: 8px 0; }
.dlc-race input { width: 100%; accent-color: ${COLOURS[0]}; }
.dlc-race select, .dlc-race button { font: inherit; color: inherit; background: transparent;
  border: 1px solid ${INK}; border-radius: 4px; padding: 3px 12px; }
.dlc-race select { grid-column: 2 / 4; padding: 3px 6px; }
.dlc-race option { color: CanvasText; background: Canvas; }
.dlc-race button { cursor: pointer; min-width: 6em; }
.dlc-race button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc-race output, .dlc-race td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
.dlc-race table { border-collapse: collapse; margin: 8px 0 0; font-size: 14px; background: none; }
.dlc-race td, .dlc-race th { padding: 2px 14px 2px 0; text-align: left; border: none; background: none; }
.dlc-race th { font-weight: normal; opacity: 0.75; }
.dlc-race :focus-visible { outline: 2px solid ${COLOURS[0]}; outline-offset: 2px; }
`;

// One shape a runner, so that colour is not all that tells them apart.
const SHAPES = [
  "M-6,0a6,6 0 1,0 12,0a6,6 0 1,0 -12,0", "M-5.5,-5.5h11v11h-11z", "M0,-7L6.5,5h-13z",
  "M0,-7.5L7,0L0,7.5L-7,0z", "M0,7L6.5,-5h-13z", "M-2,-6.5h4v4.5h4.5v4h-4.5v4.5h-4v-4.5h-4.5v-4h4.5z",
];

function node(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function element(name, properties, parent) {
  const made = Object.assign(document.createElement(name), properties);
  // Without this mark JupyterLab takes arrow keys and Enter away from what has the focus.
  if (["input", "button"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

function render({ model, el }) {
  const [left, right, bottom, top] = model.get("limits");
  const px = (x) => (x - left) / (right - left) * WIDTH, py = (y) => (top - y) / (top - bottom) * HEIGHT;
  const joined = (points) => points.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
  let now = 0, running = false, began = 0, from = 0, frame = 0;

  const box = element("div", { className: "dlc-race" }, el);
  element("style", { textContent: STYLE }, box);
  const svg = node("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, box);
  node("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, fill: "none", stroke: INK,
    "stroke-opacity": 0.35 }, svg);
  const map = node("g", { fill: "none", stroke: INK, "stroke-opacity": 0.45 }, svg);
  node("path", { d: "M-6,-6L6,6M-6,6L6,-6", stroke: INK, "stroke-width": 2.4,
    transform: `translate(${px(0)},${py(0)})` }, svg);
  const runners = Object.keys(model.get("paths")).map((name, i) => {
    const colour = COLOURS[i % COLOURS.length];
    const track = node("polyline", { fill: "none", stroke: colour, "stroke-width": 2, "stroke-opacity": 0.75 }, svg);
    return { name, colour, shape: SHAPES[i % SHAPES.length], track };
  });
  for (const runner of runners)
    runner.mark = node("path", { d: runner.shape, fill: runner.colour, stroke: "white", "stroke-width": 1.2 }, svg);

  const panel = element("div", { className: "panel" }, box);
  const button = element("button", { type: "button", textContent: "start" }, panel);
  button.onclick = () => (running ? stop() : start());
  const at = slider("step", 0, steps(), 1, (v) => { stop(); now = v; draw(); });
  const rate = slider("learning rate", -3.3, -0.3, 0.02, (v) => send("rate", 10 ** v));
  const mu = slider("momentum μ", 0, 0.99, 0.01, (v) => send("momentum", v));
  const choice = element("label", {}, panel);
  element("span", { textContent: "ravine" }, choice);
  const select = element("select", {}, choice);
  for (const name of model.get("surfaces")) element("option", { value: name, textContent: name }, select);
  select.onchange = () => send("surface", select.value);
  const table = element("table", {}, panel), head = element("tr", {}, element("thead", {}, table));
  for (const words of ["", "runner", "loss"]) element("th", { textContent: words }, head);
  const body = element("tbody", {}, table);
  for (const runner of runners) {
    const row = element("tr", {}, body);
    const sign = node("svg", { width: 16, height: 16, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, element("td", {}, row));
    node("path", { d: runner.shape, fill: runner.colour }, sign);
    element("td", { textContent: runner.name }, row);
    runner.cell = element("td", {}, row);
  }

  function steps() {
    return Object.values(model.get("paths"))[0].length - 1;
  }

  function slider(words, min, max, step, changed) {
    const label = element("label", {}, panel);
    element("span", { textContent: words }, label);
    const input = element("input", { type: "range", min, max, step }, label);
    const value = element("output", {}, label);
    input.oninput = () => changed(Number(input.value));
    return { input, value };
  }

  function send(key, value) {
    model.set(key, value);
    model.save_changes();
    draw();
  }

  function start() {
    if (now >= steps()) now = 0;
    running = true;
    from = now;
    began = performance.now();
    button.textContent = "pause";
    frame = requestAnimationFrame(tick);
  }

  function stop() {
    running = false;
    cancelAnimationFrame(frame);
    button.textContent = "start";
  }

  function tick(time) {
    now = Math.min(steps(), from + Math.max(0, Math.floor((time - began) / 1000 * STEPS_A_SECOND)));
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
    at.input.value = now;
    at.value.textContent = now;
    rate.input.value = Math.log10(model.get("rate"));
    rate.value.textContent = model.get("rate").toPrecision(2);
    mu.input.value = model.get("momentum");
    mu.value.textContent = model.get("momentum").toFixed(2);
    select.value = model.get("surface");
    for (const { name, track, mark, cell } of runners) {
      const here = paths[name][Math.min(now, paths[name].length - 1)], loss = losses[name][now];
      const gone = loss === null || here[0] < left || here[0] > right || here[1] < bottom || here[1] > top;
      track.setAttribute("points", joined(paths[name].slice(0, now + 1)));
      mark.setAttribute("transform", `translate(${px(here[0]).toFixed(1)},${py(here[1]).toFixed(1)})`);
      mark.style.display = gone ? "none" : "";
      cell.textContent = loss === null || loss > 1e6 ? "off the map" : loss.toPrecision(2);
    }
    svg.setAttribute("aria-label", `Step ${now}. ` + runners.map(({ name, cell }) => `${name}: loss ${cell.textContent}`).join(", "));
  }

  model.on("change:contours", drawMap);
  model.on("change:paths change:losses", draw);
  drawMap();
  draw();
  return stop; // when the view goes, so does its clock
}

export default { render };
