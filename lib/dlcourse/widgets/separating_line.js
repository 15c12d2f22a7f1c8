// Draws points, the line w·x + b = 0 and its normal; counts the points on the correct side.
const SIZE = 340;

const STYLE = `
  align-items: center; --label-width: 2.2em; --value-width: 3.4em;
  svg { touch-action: none; }
  label { margin: 10px 0; }
  label span:first-child { font: italic 17px Georgia, serif; }
  .count { font-size: 26px; margin: 14px 0 2px; }
  .best { opacity: 0.75; margin: 0 0 12px; }
`;

function short(value) {
  return String(+value.toFixed(2)).replace("-", "−");
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

  const box = stage(el, "separating-line", { title: model.get("title"), style: STYLE });
  const svg = drawing(box, SIZE, SIZE);
  const side = { blue: node("polygon", { fill: BLUE, opacity: 0.16 }, svg),
                 orange: node("polygon", { fill: ORANGE, opacity: 0.16 }, svg) };
  drawAxes();
  const line = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const grip = node("line", { stroke: "transparent", "stroke-width": 22, cursor: "move" }, svg);
  const arrow = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const head = node("polygon", { fill: INK }, svg);
  const radius = points.length <= 12 ? 9 : points.length <= 300 ? 4.5 : 3;
  const marks = points.map(([x, y], i) => classMark(svg, px(x), py(y), labels[i], radius));
  const handle = node("circle", { r: 13, fill: "transparent", cursor: "grab" }, svg);

  const panel = controls(box);
  const sliders = {
    w1: weight("w1", "w₁", "weight of x1", 1),
    w2: weight("w2", "w₂", "weight of x2", 1),
    b: weight("b", "b", "bias", reach),
  };
  const count = status(panel, "count");
  const record = element("p", { className: "best" }, panel);
  button(panel, "start again", () => { best = 0; set(start); });

  function weight(key, label, ariaLabel, limit) {
    return slider(panel, label, { min: -limit, max: limit, step: 0.01, ariaLabel, onChange: (v) => set({ [key]: v }) });
  }

  function drawAxes() {
    const frame = { fill: "none", stroke: INK, "stroke-opacity": 0.35 };
    node("rect", { x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, ...frame }, svg);
    const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50].find((s) => (right - left) / s <= 6) || 100;
    const tick = { fill: INK, "font-size": 11 };
    for (let v = Math.ceil(left / step) * step; v <= right; v += step) {
      node("line", { x1: px(v), x2: px(v), y1: 0, y2: SIZE, stroke: INK, "stroke-opacity": 0.16 }, svg);
      if (px(v) > 14 && px(v) < SIZE - 34)
        node("text", { x: px(v), y: SIZE - 6, "text-anchor": "middle", ...tick }, svg).textContent = short(v);
    }
    for (let v = Math.ceil(bottom / step) * step; v <= top; v += step) {
      node("line", { y1: py(v), y2: py(v), x1: 0, x2: SIZE, stroke: INK, "stroke-opacity": 0.16 }, svg);
      if (py(v) > 24 && py(v) < SIZE - 18)
        node("text", { x: 5, y: py(v) + 4, ...tick }, svg).textContent = short(v);
    }
    const name = { fill: INK, "font-size": 13, "font-style": "italic" };
    node("text", { x: SIZE - 8, y: SIZE - 6, "text-anchor": "end", ...name }, svg).textContent = "x₁";
    node("text", { x: 6, y: 16, ...name }, svg).textContent = "x₂";
  }

  function place(element, x1, y1, x2, y2) {
    for (const [key, value] of Object.entries({ x1: px(x1), y1: py(y1), x2: px(x2), y2: py(y2) }))
      element.setAttribute(key, value);
  }

  function half(sign, w1, w2, b) { // corners of the region where sign · (w·x + b) > 0, clipped to the square
    const corners = [[left, bottom], [right, bottom], [right, top], [left, top]], kept = [];
    const value = ([x, y]) => sign * (w1 * x + w2 * y + b);
    corners.forEach((corner, i) => {
      const next = corners[(i + 1) % 4], a = value(corner), c = value(next);
      if (a >= 0) kept.push(corner);
      if (a * c < 0) {
        const t = a / (a - c);
        kept.push([corner[0] + t * (next[0] - corner[0]), corner[1] + t * (next[1] - corner[1])]);
      }
    });
    return kept.map(([x, y]) => `${px(x).toFixed(1)},${py(y).toFixed(1)}`).join(" ");
  }

  function draw() {
    const w1 = model.get("w1"), w2 = model.get("w2"), b = model.get("b");
    for (const [key, { show }] of Object.entries(sliders)) show(model.get(key));
    let n = 0;
    points.forEach(([x, y], i) => {
      const isCorrect = (w1 * x + w2 * y + b > 0) === Boolean(labels[i]);
      n += isCorrect;
      marks[i].setAttribute("opacity", isCorrect ? 1 : 0.45);
    });
    best = Math.max(best, n);
    const length = Math.hypot(w1, w2), shown = length > 0 ? "" : "none";
    for (const part of [line, grip, arrow, head, handle]) part.style.display = shown;
    side.blue.setAttribute("points", half(1, w1, w2, b));
    side.orange.setAttribute("points", half(-1, w1, w2, b));
    if (length > 0) drawLine(w1, w2, b, length);
    const result = `${n} of ${points.length} correct`;
    announce(count, result);
    record.textContent = length > 0 ? `best so far: ${best}` : "w = 0: there is no line";
    describe(svg, `${points.length} points in two classes and the line ` +
      `${w1.toFixed(2)} x1 ${signed(w2)} x2 ${signed(b)} = 0; ${result}.`);
  }

  function drawLine(w1, w2, b, length) {
    const cx = (left + right) / 2, cy = (bottom + top) / 2, far = 2 * (right - left);
    const gap = (w1 * cx + w2 * cy + b) / length ** 2;
    const fx = cx - gap * w1, fy = cy - gap * w2; // the point of the line nearest to the middle
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
    const inside = (key, value) => Math.max(-limit[key], Math.min(limit[key], Math.round(value * 100) / 100));
    send(model, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, inside(key, value)])));
    draw();
  }

  function position(event) { // of the pointer, in the units of the points
    const rect = svg.getBoundingClientRect();
    return [left + (event.clientX - rect.left) / rect.width * (right - left),
            top - (event.clientY - rect.top) / rect.height * (top - bottom)];
  }

  function drag(element, move) {
    element.onpointerdown = (event) => { element.setPointerCapture(event.pointerId); event.preventDefault(); };
    element.onpointermove = (event) => { if (element.hasPointerCapture(event.pointerId)) move(position(event)); };
  }

  drag(grip, ([x, y]) => set({ b: -(model.get("w1") * x + model.get("w2") * y) }));
  drag(handle, ([x, y]) => { // rotate the line about the foot of its arrow
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
