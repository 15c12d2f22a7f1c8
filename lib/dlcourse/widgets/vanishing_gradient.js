// Draws the length of each layer's gradient, in powers of ten.
const WIDTH = 440, HEIGHT = 270, LEFT = 46, BOTTOM = 36, TOP = 10, RIGHT = 8;

const STYLE = `
  align-items: center; --label-width: 5.6em; --value-width: 3.2em;
  .count { font-size: 17px; min-height: 2.6em; }
`;

function render({ model, el }) {
  const [low, high] = model.get("limits"), maxDepth = model.get("max_depth");
  const box = stage(el, "vanishing-gradient", { style: STYLE });
  const svg = drawing(box, WIDTH, HEIGHT);
  const px = (layer) => LEFT + (layer - 0.5) / maxDepth * (WIDTH - LEFT - RIGHT);
  const py = (power) => TOP + (high - power) / (high - low) * (HEIGHT - TOP - BOTTOM);
  drawAxes();
  const line = node("polyline", { fill: "none", stroke: BLUE, "stroke-width": 2 }, svg);
  const dots = node("g", { fill: BLUE }, svg);

  const panel = controls(box);
  const depth = slider(panel, "layers", { min: 2, max: maxDepth, step: 1, format: String,
    onChange: (v) => send(model, { depth: v }) });
  const activation = choice(panel, "activation", model.get("activations"),
    (name) => send(model, { activation: name }));
  const scale = slider(panel, "weights ×", { min: -2, max: 3, step: 0.05, ariaLabel: "weight scale",
    toSlider: (v) => Math.log2(v), fromSlider: (v) => 2 ** v, onChange: (v) => send(model, { scale: v }) });
  const summary = status(panel, "count");

  function drawAxes() {
    const text = { fill: INK, "font-size": 11 };
    for (let power = Math.ceil(low / 3) * 3; power <= high; power += 3) {
      node("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: py(power), y2: py(power), stroke: INK,
        "stroke-opacity": power === 0 ? 0.7 : 0.2 }, svg);
      const label = node("text", { x: LEFT - 6, y: py(power) + 4, "text-anchor": "end", ...text }, svg);
      label.textContent = "10";
      const exponent = node("tspan", { dy: -5, "font-size": 8 }, label);
      exponent.textContent = tidy(power, 0);
    }
    for (let layer = 1; layer <= maxDepth; layer += layer === 1 ? 4 : 5)
      node("text", { x: px(layer), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle", ...text }, svg).textContent = layer;
    node("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle", ...text, "font-size": 12 }, svg)
      .textContent = "layer (1 is next to the input); vertical axis: length of its gradient";
  }

  function draw() {
    depth.show(model.get("depth"));
    scale.show(model.get("scale"));
    activation.show(model.get("activation"));
    const powers = model.get("powers"), points = [];
    dots.replaceChildren();
    powers.forEach((power, i) => {
      if (power === null) return;
      const at = [px(i + 1), py(Math.max(low, Math.min(high, power)))];
      points.push(at.join(","));
      node("circle", { cx: at[0], cy: at[1], r: 4.5 }, dots);
    });
    line.setAttribute("points", points.join(" "));
    const text = summarize(powers);
    announce(summary, text);
    describe(svg, `Length of the gradient of ${powers.length} layers. ${text}`);
  }

  function summarize(powers) {
    const first = powers[0], last = powers[powers.length - 1];
    if (first === null || last === null) return "The numbers are too large or too small to represent.";
    const factor = 10 ** ((first - last) / Math.max(1, powers.length - 1));
    const longest = Math.max(first, last);
    if (longest > 3) return `Explodes: up to 10${superscript(longest)}${longest > high ? ", off the chart" : ""}.`;
    const trend = factor < 0.8 ? "Vanishes" : factor > 1.25 ? "Grows" : "Stays level";
    return `${trend}: × ${factor.toFixed(2)} per layer towards the input.`;
  }

  function superscript(power) {
    return String(Math.round(power)).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  }

  model.on("change:powers", draw);
  draw();
}

export default { render };
