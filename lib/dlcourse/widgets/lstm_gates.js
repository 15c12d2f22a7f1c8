// Draws the state and the output of an LSTM cell over time, for three gates.
const WIDTH = 460, HEIGHT = 250, LEFT = 40, RIGHT = 10, TOP = 12, BOTTOM = 34;

const STYLE = `
  align-items: center; --label-width: 6.4em; --value-width: 3.2em;
  .key { margin: 6px 0; line-height: 1.6; }
  .key b { font-weight: 650; }
`;

function render({ model, el }) {
  const pulses = new Map(model.get("pulses")), steps = model.get("n_steps");
  const box = stage(el, "lstm-gates", { style: STYLE });
  const svg = drawing(box, WIDTH, HEIGHT);
  const px = (t) => LEFT + t / (steps - 1) * (WIDTH - LEFT - RIGHT);
  const py = (v) => TOP + (1.1 - v) / 2.2 * (HEIGHT - TOP - BOTTOM);
  drawAxes();
  const cellLine = node("polyline", { fill: "none", stroke: BLUE, "stroke-width": 2.4 }, svg);
  const outputLine = node("polyline", { fill: "none", stroke: ORANGE, "stroke-width": 2.4, "stroke-dasharray": "6 4" }, svg);

  const panel = controls(box);
  const gate = (key, label, ariaLabel) => slider(panel, label, { min: 0, max: 1, step: 0.01, ariaLabel,
    onChange: (v) => { send(model, { [key]: v }); draw(); } });
  const gates = {
    forget_gate: gate("forget_gate", "forget f", "forget gate"),
    input_gate: gate("input_gate", "input i", "input gate"),
    output_gate: gate("output_gate", "output o", "output gate"),
  };
  const key = element("p", { className: "key" }, panel);
  element("b", { textContent: "cell c", style: `color: ${BLUE}` }, key);
  key.append(" (solid), ");
  element("b", { textContent: "output h", style: `color: ${ORANGE}` }, key);
  key.append(" (dashed)");
  const summary = status(panel);

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
        .textContent = `input ${tidy(candidate, 0)}`;
    }
  }

  function cellStates() {
    const f = model.get("forget_gate"), i = model.get("input_gate"), states = [];
    let c = 0;
    for (let t = 0; t < steps; t++) states.push(c = f * c + i * (pulses.get(t) || 0));
    return states;
  }

  function draw() {
    for (const [name, { show }] of Object.entries(gates)) show(model.get(name));
    const o = model.get("output_gate"), states = cellStates();
    const points = (values) => values.map((v, t) => `${px(t).toFixed(1)},${py(v).toFixed(1)}`).join(" ");
    cellLine.setAttribute("points", points(states));
    outputLine.setAttribute("points", points(states.map((c) => o * Math.tanh(c))));
    const text = `Of the input 1 at step 5, ${tidy(states[25])} remains in the cell at step 25; ` +
      `the state at the last step is ${tidy(states[steps - 1])}.`;
    announce(summary, text);
    describe(svg, `An LSTM cell over ${steps} steps. ${text}`);
  }

  for (const name of ["forget_gate", "input_gate", "output_gate"]) model.on(`change:${name}`, draw);
  draw();
}

export default { render };
