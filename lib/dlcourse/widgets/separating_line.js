// Draws the points, the line w·x + b = 0 and its normal; counts the points on their side.
const BLUE = "#0C83C8", ORANGE = "#E0661B", INK = "#787878";
const SIZE = 340, SVG = "http://www.w3.org/2000/svg";

const STYLE = `
.dlc-line { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: center; max-width: 780px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-line h4 { flex-basis: 100%; margin: 4px 0 0; font-size: 15px; }
.dlc-line svg { touch-action: none; max-width: 100%; height: auto; }
.dlc-line .controls { min-width: 250px; flex: 1; }
.dlc-line label { display: grid; grid-template-columns: 2.2em 1fr 3.4em; align-items: center;
  gap: 8px; margin: 10px 0; }
.dlc-line label i { font-family: Georgia, serif; font-size: 17px; }
.dlc-line input { width: 100%; accent-color: ${BLUE}; }
.dlc-line .value { text-align: right; font-variant-numeric: tabular-nums; }
.dlc-line .count { font-size: 26px; font-weight: 650; margin: 14px 0 2px;
  font-variant-numeric: tabular-nums; }
.dlc-line .best { opacity: 0.75; margin: 0 0 12px; }
.dlc-line button { font: inherit; color: inherit; background: none; border: 1px solid ${INK};
  border-radius: 4px; padding: 3px 12px; cursor: pointer; }
.dlc-line button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc-line :focus-visible { outline: 2px solid ${BLUE}; outline-offset: 2px; }
`;

function node(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function signed(value) {
  return (value < 0 ? "− " : "+ ") + Math.abs(value).toFixed(2);
}

function render({ model, el }) {
  const points = model.get("points"), labels = model.get("labels");
  const [left, right, bottom, top] = model.get("limits"), reach = model.get("reach");
  const start = { w1: model.get("w1"), w2: model.get("w2"), b: model.get("b") };
  const unit = SIZE / (right - left);
  const px = (x) => (x - left) * unit, py = (y) => (top - y) * unit;
  let best = 0;

  const box = document.createElement("div");
  box.className = "dlc-line";
  const style = document.createElement("style");
  style.textContent = STYLE;
  box.append(style);
  if (model.get("title")) {
    const heading = document.createElement("h4");
    heading.textContent = model.get("title");
    box.append(heading);
  }
  const svg = node("svg", { width: SIZE, height: SIZE, viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, box);
  const side = { blue: node("polygon", { fill: BLUE, opacity: 0.16 }, svg),
                 orange: node("polygon", { fill: ORANGE, opacity: 0.16 }, svg) };
  drawAxes();
  const line = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const grip = node("line", { stroke: "transparent", "stroke-width": 22, cursor: "move" }, svg);
  const arrow = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const head = node("polygon", { fill: INK }, svg);
  const marks = points.map(drawPoint);
  const handle = node("circle", { r: 13, fill: "transparent", cursor: "grab" }, svg);

  const panel = document.createElement("div");
  panel.className = "controls";
  box.append(panel);
  const sliders = {
    w1: slider("w1", "<i>w</i>₁", "weight of x1", 1),
    w2: slider("w2", "<i>w</i>₂", "weight of x2", 1),
    b: slider("b", "<i>b</i>", "bias", reach),
  };
  const count = document.createElement("p");
  count.className = "count";
  count.setAttribute("role", "status");
  const record = document.createElement("p");
  record.className = "best";
  const reset = document.createElement("button");
  reset.type = "button";
  reset.textContent = "start again";
  reset.onclick = () => { best = 0; set(start); };
  panel.append(count, record, reset);
  // Without this mark on what has the focus, JupyterLab takes arrow keys and Enter for itself.
  for (const control of panel.querySelectorAll("input, button"))
    control.dataset.lmSuppressShortcuts = "true";
  el.append(box);

  function slider(key, symbol, words, limit) {
    const label = document.createElement("label"), input = document.createElement("input");
    const value = document.createElement("span"), name = document.createElement("span");
    name.innerHTML = symbol; // written above, not data
    Object.assign(input, { type: "range", min: -limit, max: limit, step: 0.01 });
    input.setAttribute("aria-label", words);
    input.oninput = () => set({ [key]: Number(input.value) });
    value.className = "value";
    value.setAttribute("aria-hidden", "true"); // the slider says it
    label.append(name, input, value);
    panel.append(label);
    return { input, value };
  }

  function drawAxes() {
    const frame = { fill: "none", stroke: INK, "stroke-opacity": 0.35 };
    node("rect", { x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, ...frame }, svg);
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((s) => (right - left) / s <= 6) || 100;
    const tick = { fill: INK, "font-size": 11 };
    for (let v = Math.ceil(left / step) * step; v <= right; v += step) {
      node("line", { x1: px(v), x2: px(v), y1: 0, y2: SIZE, stroke: INK, "stroke-opacity": 0.16 }, svg);
      if (px(v) > 14 && px(v) < SIZE - 34)
        node("text", { x: px(v), y: SIZE - 6, "text-anchor": "middle", ...tick }, svg).textContent = +v.toFixed(2);
    }
    for (let v = Math.ceil(bottom / step) * step; v <= top; v += step) {
      node("line", { y1: py(v), y2: py(v), x1: 0, x2: SIZE, stroke: INK, "stroke-opacity": 0.16 }, svg);
      if (py(v) > 24 && py(v) < SIZE - 18)
        node("text", { x: 5, y: py(v) + 4, ...tick }, svg).textContent = +v.toFixed(2);
    }
    const name = { fill: INK, "font-size": 13, "font-style": "italic" };
    node("text", { x: SIZE - 8, y: SIZE - 6, "text-anchor": "end", ...name }, svg).textContent = "x₁";
    node("text", { x: 6, y: 16, ...name }, svg).textContent = "x₂";
  }

  function drawPoint([x, y], i) {
    const r = points.length <= 12 ? 9 : points.length <= 300 ? 4.5 : 3;
    const look = { fill: labels[i] ? BLUE : ORANGE, stroke: "white", "stroke-width": 1.2, "pointer-events": "none" };
    return labels[i]
      ? node("circle", { cx: px(x), cy: py(y), r, ...look }, svg)
      : node("rect", { x: px(x) - 0.9 * r, y: py(y) - 0.9 * r, width: 1.8 * r, height: 1.8 * r, ...look }, svg);
  }

  function place(element, x1, y1, x2, y2) {
    for (const [key, value] of Object.entries({ x1: px(x1), y1: py(y1), x2: px(x2), y2: py(y2) }))
      element.setAttribute(key, value);
  }

  function half(sign, w1, w2, b) { // the part of the square where sign (w·x + b) > 0, clipped edge by edge
    const corners = [[left, bottom], [right, bottom], [right, top], [left, top]], kept = [];
    const value = ([x, y]) => sign * (w1 * x + w2 * y + b);
    corners.forEach((here, i) => {
      const next = corners[(i + 1) % 4], a = value(here), c = value(next);
      if (a >= 0) kept.push(here);
      if (a * c < 0) {
        const t = a / (a - c);
        kept.push([here[0] + t * (next[0] - here[0]), here[1] + t * (next[1] - here[1])]);
      }
    });
    return kept.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
  }

  function draw() {
    const w1 = model.get("w1"), w2 = model.get("w2"), b = model.get("b");
    for (const [key, { input, value }] of Object.entries(sliders)) {
      input.value = model.get(key);
      value.textContent = model.get(key).toFixed(2).replace("-", "−");
    }
    let n = 0;
    points.forEach(([x, y], i) => {
      const good = (w1 * x + w2 * y + b > 0) === Boolean(labels[i]);
      n += good;
      marks[i].setAttribute("opacity", good ? 1 : 0.45);
    });
    best = Math.max(best, n);
    const length = Math.hypot(w1, w2), shown = length > 0 ? "" : "none";
    for (const part of [line, grip, arrow, head, handle]) part.style.display = shown;
    side.blue.setAttribute("points", half(1, w1, w2, b));
    side.orange.setAttribute("points", half(-1, w1, w2, b));
    if (length > 0) drawLine(w1, w2, b, length);
    const said = `${n} of ${points.length} right`;
    if (count.textContent !== said) count.textContent = said;
    record.textContent = length > 0 ? `best so far: ${best}` : "w = 0: there is no line";
    svg.setAttribute("aria-label", `${points.length} points in two classes and the line ` +
      `${w1.toFixed(2)} x1 ${signed(w2)} x2 ${signed(b)} = 0; ${said}.`);
  }

  function drawLine(w1, w2, b, length) {
    const cx = (left + right) / 2, cy = (bottom + top) / 2, far = 2 * (right - left);
    const gap = (w1 * cx + w2 * cy + b) / length ** 2;
    const fx = cx - gap * w1, fy = cy - gap * w2; // where the line is nearest to the middle
    place(line, fx - far * w2 / length, fy + far * w1 / length, fx + far * w2 / length, fy - far * w1 / length);
    for (const key of ["x1", "y1", "x2", "y2"]) grip.setAttribute(key, line.getAttribute(key));
    const reachOut = 46 / unit, tx = fx + reachOut * w1 / length, ty = fy + reachOut * w2 / length;
    place(arrow, fx, fy, tx, ty);
    const u = [w1 / length, -w2 / length], x = px(tx), y = py(ty);
    const corner = (along, across) => `${x + along * u[0] - across * u[1]},${y + along * u[1] + across * u[0]}`;
    head.setAttribute("points", [corner(8, 0), corner(-3, 6), corner(-3, -6)].join(" "));
    handle.setAttribute("cx", x);
    handle.setAttribute("cy", y);
  }

  function set(values) {
    const limit = { w1: 1, w2: 1, b: reach };
    for (const [key, value] of Object.entries(values))
      model.set(key, Math.max(-limit[key], Math.min(limit[key], Math.round(value * 100) / 100)));
    draw();
    model.save_changes();
  }

  function spot(event) { // where the pointer is, in the units of the points
    const rect = svg.getBoundingClientRect();
    return [left + (event.clientX - rect.left) / rect.width * (right - left),
            top - (event.clientY - rect.top) / rect.height * (top - bottom)];
  }

  function drag(element, move) {
    element.onpointerdown = (event) => { element.setPointerCapture(event.pointerId); event.preventDefault(); };
    element.onpointermove = (event) => { if (element.hasPointerCapture(event.pointerId)) move(spot(event)); };
  }

  drag(grip, ([x, y]) => set({ b: -(model.get("w1") * x + model.get("w2") * y) }));
  drag(handle, ([x, y]) => { // turn the line about the foot of its arrow
    const w1 = model.get("w1"), w2 = model.get("w2"), b = model.get("b"), size = Math.hypot(w1, w2);
    const cx = (left + right) / 2, cy = (bottom + top) / 2, gap = (w1 * cx + w2 * cy + b) / size ** 2;
    const fx = cx - gap * w1, fy = cy - gap * w2, away = Math.hypot(x - fx, y - fy);
    if (away * unit < 6) return;
    const n1 = size * (x - fx) / away, n2 = size * (y - fy) / away;
    set({ w1: n1, w2: n2, b: -(n1 * fx + n2 * fy) });
  });

  for (const key of ["w1", "w2", "b"]) model.on(`change:${key}`, draw);
  draw();
}

export default { render };
