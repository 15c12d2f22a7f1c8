// Three dials, and a dot for each layer: how long is its gradient, in powers of ten?
const BLUE = "#0C83C8", INK = "#787878";
const WIDTH = 440, HEIGHT = 270, LEFT = 46, BOTTOM = 36, TOP = 10, RIGHT = 8;
const SVG = "http://www.w3.org/2000/svg";

const STYLE = `
.dlc-dial { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: center; max-width: 800px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-dial svg { max-width: 100%; height: auto; }
.dlc-dial .panel { min-width: 250px; flex: 1; }
.dlc-dial label { display: grid; grid-template-columns: 5.6em 1fr 3.2em; align-items: center;
  gap: 8px; margin: 12px 0; }
.dlc-dial input { width: 100%; accent-color: ${BLUE}; }
.dlc-dial select { font: inherit; color: inherit; background: transparent; border: 1px solid ${INK};
  border-radius: 4px; padding: 3px 6px; grid-column: 2 / 4; }
.dlc-dial option { color: CanvasText; background: Canvas; }
.dlc-dial output { text-align: right; font-variant-numeric: tabular-nums; }
.dlc-dial .said { font-size: 16px; font-weight: 600; margin: 14px 0 0; min-height: 2.6em; }
.dlc-dial :focus-visible { outline: 2px solid ${BLUE}; outline-offset: 2px; }
`;

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
  const [low, high] = model.get("limits"), most = model.get("most");
  const box = element("div", { className: "dlc-dial" }, el);
  element("style", { textContent: STYLE }, box);
  const svg = node("svg", { width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" }, box);
  const px = (layer) => LEFT + (layer - 0.5) / most * (WIDTH - LEFT - RIGHT);
  const py = (power) => TOP + (high - power) / (high - low) * (HEIGHT - TOP - BOTTOM);
  drawAxes();
  const line = node("polyline", { fill: "none", stroke: BLUE, "stroke-width": 2 }, svg);
  const dots = node("g", { fill: BLUE }, svg);

  const panel = element("div", { className: "panel" }, box);
  const depth = slider("layers", "depth", 2, most, 1, (v) => v, (v) => v, (v) => v);
  const choice = element("label", {}, panel);
  element("span", { textContent: "activation" }, choice);
  const select = element("select", {}, choice);
  for (const name of model.get("activations")) element("option", { value: name, textContent: name }, select);
  select.onchange = () => send("activation", select.value);
  const scale = slider("weights ×", "scale", -2, 3, 0.05, (v) => Math.log2(v), (v) => 2 ** v, (v) => v.toFixed(2));
  const said = element("p", { className: "said" }, panel);
  said.setAttribute("role", "status");

  function slider(words, key, min, max, step, toSlider, fromSlider, shown) {
    const label = element("label", {}, panel);
    element("span", { textContent: words }, label);
    const input = element("input", { type: "range", min, max, step }, label);
    const value = element("output", {}, label);
    input.oninput = () => {
      const chosen = fromSlider(Number(input.value));
      value.textContent = shown(chosen);
      send(key, chosen);
    };
    return () => {
      input.value = toSlider(model.get(key));
      value.textContent = shown(model.get(key));
    };
  }

  function send(key, value) {
    model.set(key, value);
    model.save_changes();
  }

  function drawAxes() {
    const text = { fill: INK, "font-size": 11 };
    for (let power = Math.ceil(low / 3) * 3; power <= high; power += 3) {
      node("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: py(power), y2: py(power), stroke: INK,
        "stroke-opacity": power === 0 ? 0.7 : 0.2 }, svg);
      const label = node("text", { x: LEFT - 6, y: py(power) + 4, "text-anchor": "end", ...text }, svg);
      label.textContent = "10";
      const raised = node("tspan", { dy: -5, "font-size": 8 }, label);
      raised.textContent = String(power).replace("-", "−");
    }
    for (let layer = 1; layer <= most; layer += layer === 1 ? 4 : 5)
      node("text", { x: px(layer), y: HEIGHT - BOTTOM + 16, "text-anchor": "middle", ...text }, svg).textContent = layer;
    node("text", { x: (LEFT + WIDTH) / 2, y: HEIGHT - 4, "text-anchor": "middle", ...text, "font-size": 12 }, svg)
      .textContent = "layer (1 is next to the input); up: length of its gradient";
  }

  function draw() {
    depth();
    scale();
    select.value = model.get("activation");
    const powers = model.get("powers"), points = [];
    dots.replaceChildren();
    powers.forEach((power, i) => {
      if (power === null) return;
      const at = [px(i + 1), py(Math.max(low, Math.min(high, power)))];
      points.push(at.join(","));
      node("circle", { cx: at[0], cy: at[1], r: 4.5 }, dots);
    });
    line.setAttribute("points", points.join(" "));
    const words = describe(powers);
    if (said.textContent !== words) said.textContent = words;
    svg.setAttribute("aria-label", `Length of the gradient of ${powers.length} layers. ${words}`);
  }

  function describe(powers) {
    const first = powers[0], last = powers[powers.length - 1];
    if (first === null || last === null) return "Numbers too large or too small for the computer.";
    const factor = 10 ** ((first - last) / Math.max(1, powers.length - 1));
    const longest = Math.max(first, last);
    if (longest > 3) return `Explodes: up to 10${raise(longest)}${longest > high ? ", off the chart" : ""}.`;
    const way = factor < 0.8 ? "Vanishes" : factor > 1.25 ? "Grows downwards" : "Level";
    return `${way}: × ${factor.toFixed(2)} for each layer further down.`;
  }

  function raise(power) {
    return String(Math.round(power)).replace(/\d/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]);
  }

  model.on("change:powers", draw);
  draw();
}

export default { render };
