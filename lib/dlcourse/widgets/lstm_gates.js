// One LSTM cell over time: three gates to open and shut, and what is kept and shown.
const WIDTH = 460, HEIGHT = 250, LEFT = 40, RIGHT = 10, TOP = 12, BOTTOM = 34;

const STYLE = `
  align-items: center; --words: 6.4em; --value: 3.2em;
  .key { margin: 6px 0; line-height: 1.6; }
  .key b { font-weight: 650; }
`;

function render({ model, el }) {
  const pulses = new Map(model.get("pulses")), steps = model.get("n_steps");
  const box = stage(el, "gates", { style: STYLE });
  const svg = drawing(box, WIDTH, HEIGHT);
  const px = (t) => LEFT + t / (steps - 1) * (WIDTH - LEFT - RIGHT);
  const py = (v) => TOP + (1.1 - v) / 2.2 * (HEIGHT - TOP - BOTTOM);
  drawAxes();
  const cellLine = node("polyline", { fill: "none", stroke: BLUE, "stroke-width": 2.4 }, svg);
  const shownLine = node("polyline", { fill: "none", stroke: ORANGE, "stroke-width": 2.4, "stroke-dasharray": "6 4" }, svg);

  const panel = controls(box);
  const gate = (key, words, spoken) => slider(panel, words, { min: 0, max: 1, step: 0.01, spoken,
    changed: (v) => { send(model, { [key]: v }); draw(); } });
  const gates = {
    forget: gate("forget", "forget f", "forget gate"),
    enter: gate("enter", "input i", "input gate"),
    output: gate("output", "output o", "output gate"),
  };
  const key = element("p", { className: "key" }, panel);
  element("b", { textContent: "cell c", style: `color: ${BLUE}` }, key);
  key.append(" (solid), ");
  element("b", { textContent: "shown h", style: `color: ${ORANGE}` }, key);
  key.append(" (dashed)");
  const said = status(panel);

  function drawAxes() {
    const text = { fill: INK, "font-size": 11 };
    for (const v of [-1, 0, 1]) {
      node("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: py(v), y2: py(v), stroke: INK, "stroke-opacity": v ? 0.2 : 0.6 }, svg);
      node("text", { x: LEFT - 6, y: py(v) + 4, "text-anchor": "end", ...text }, svg).textContent = tidy(v, 0);
    }
    for (let t = 0; t < steps; t += 10)
      node("text", { x: px(t), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle", ...text }, svg).textContent = t;
    node("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle", ...text, "font-size": 12 }, svg)
      .textContent = "step";
    for (const [t, candidate] of pulses) {
      node("line", { x1: px(t), x2: px(t), y1: py(0), y2: py(candidate), stroke: INK, "stroke-width": 1.4, "stroke-dasharray": "2 3" }, svg);
      node("text", { x: px(t) + 4, y: py(candidate) + (candidate > 0 ? -4 : 12), ...text }, svg)
        .textContent = `${tidy(candidate, 0)} comes in`;
    }
  }

  function cells() {
    const f = model.get("forget"), i = model.get("enter"), found = [];
    let c = 0;
    for (let t = 0; t < steps; t++) found.push(c = f * c + i * (pulses.get(t) || 0));
    return found;
  }

  function draw() {
    for (const [name, { show }] of Object.entries(gates)) show(model.get(name));
    const o = model.get("output"), kept = cells();
    const points = (values) => values.map((v, t) => `${px(t).toFixed(1)},${py(v).toFixed(1)}`).join(" ");
    cellLine.setAttribute("points", points(kept));
    shownLine.setAttribute("points", points(kept.map((c) => o * Math.tanh(c))));
    const words = `Of the 1 at step 5, ${tidy(kept[25])} is in the cell at step 25; ` +
      `at the last step the cell holds ${tidy(kept[steps - 1])}.`;
    say(said, words);
    described(svg, `An LSTM cell over ${steps} steps. ${words}`);
  }

  for (const name of ["forget", "enter", "output"]) model.on(`change:${name}`, draw);
  draw();
}

export default { render };
