// Draws the training of a perceptron, mistake by mistake. Python computes the training.
const SIZE = 340;

const STYLE = `
  --label-width: 4.6em; --value-width: 2.2em;
  .story { min-height: 9.5em; line-height: 1.5; font-variant-numeric: tabular-nums; }
`;

function render({ model, el }) {
  const points = model.get("points"), labels = model.get("labels"), history = model.get("history");
  const [left, right, bottom, top] = model.get("limits"), unit = SIZE / (right - left);
  const px = (x) => (x - left) * unit, py = (y) => (top - y) * unit;
  let timer = null;

  const box = stage(el, "perceptron-rule", { title: model.get("title"), style: STYLE });
  const svg = drawing(box, SIZE, SIZE);
  node("rect", { x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, fill: "none", stroke: INK, "stroke-opacity": 0.35 }, svg);
  const name = { fill: INK, "font-size": 13, "font-style": "italic" };
  node("text", { x: SIZE - 8, y: SIZE - 8, "text-anchor": "end", ...name }, svg).textContent = "x₁";
  node("text", { x: 8, y: 18, ...name }, svg).textContent = "x₂";
  const old = node("line", { stroke: INK, "stroke-width": 1.6, "stroke-dasharray": "5 5", "stroke-opacity": 0.7 }, svg);
  const line = node("line", { stroke: INK, "stroke-width": 2.6 }, svg);
  const arrow = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const head = node("polygon", { fill: INK }, svg);
  const radius = points.length <= 12 ? 8 : 4.5;
  const marks = points.map(([x, y], i) => classMark(svg, px(x), py(y), labels[i], radius));
  const ring = node("circle", { r: 11, fill: "none", stroke: INK, "stroke-width": 2.6 }, svg);

  const panel = controls(box), row = buttons(panel);
  const back = button(row, "◀ back", () => go(model.get("at") - 1));
  const next = button(row, "next mistake ▶", () => go(model.get("at") + 1));
  const play = button(row, "▶ play", () => (timer ? stop() : start()));
  const position = slider(panel, "mistake", { min: 0, max: history.length, step: 1, format: String,
    ariaLabel: "number of mistakes", onChange: go });
  const count = element("p", { className: "count" }, panel);
  const story = status(panel, "story");

  function place(part, [w1, w2, b]) { // the line w·x + b = 0, longer than the picture at both ends
    const length = Math.hypot(w1, w2);
    part.style.display = length > 0 ? "" : "none";
    if (length === 0) return null;
    const cx = (left + right) / 2, cy = (bottom + top) / 2, far = 3 * (right - left);
    const gap = (w1 * cx + w2 * cy + b) / length ** 2, u1 = w1 / length, u2 = w2 / length;
    const fx = cx - gap * w1, fy = cy - gap * w2;
    const ends = { x1: px(fx - far * u2), y1: py(fy + far * u1), x2: px(fx + far * u2), y2: py(fy - far * u1) };
    for (const [key, value] of Object.entries(ends)) part.setAttribute(key, value);
    return { x: px(fx), y: py(fy), u1, u2: -u2 };
  }

  function draw() {
    const k = model.get("at"), now = k ? history[k - 1].slice(1) : [0, 0, 0];
    const before = k > 1 ? history[k - 2].slice(1) : [0, 0, 0];
    place(old, before);
    const foot = place(line, now);
    for (const part of [arrow, head]) part.style.display = foot ? "" : "none";
    if (foot) {
      const tip = [foot.x + 44 * foot.u1, foot.y + 44 * foot.u2];
      for (const [key, value] of Object.entries({ x1: foot.x, y1: foot.y, x2: tip[0], y2: tip[1] }))
        arrow.setAttribute(key, value);
      const corner = (along, across) =>
        `${tip[0] + along * foot.u1 - across * foot.u2},${tip[1] + along * foot.u2 + across * foot.u1}`;
      head.setAttribute("points", [corner(8, 0), corner(-3, 6), corner(-3, -6)].join(" "));
    }
    let n = 0;
    points.forEach(([x, y], i) => {
      const isCorrect = (labels[i] ? 1 : -1) * (now[0] * x + now[1] * y + now[2]) > 0;
      n += isCorrect;
      marks[i].setAttribute("opacity", isCorrect ? 1 : 0.45);
    });
    ring.style.display = k ? "" : "none";
    if (k) {
      ring.setAttribute("cx", px(points[history[k - 1][0]][0]));
      ring.setAttribute("cy", py(points[history[k - 1][0]][1]));
    }
    position.show(k);
    back.disabled = k === 0;
    next.disabled = play.disabled = k === history.length;
    if (k === history.length) stop();
    count.textContent = `${n} of ${points.length} correct`;
    announce(story, explain(k, before, now));
    describe(svg, `Points in two classes and the perceptron's line. ${story.textContent}`);
  }

  function explain(k, before, now) {
    if (k === 0) return "Before the first mistake, all weights are zero and there is no line.";
    const i = history[k - 1][0], [x, y] = points[i], sign = labels[i] ? 1 : -1;
    const z = before[0] * x + before[1] * y + before[2];
    const end = k < history.length ? "" : model.get("has_converged")
      ? " The next epoch has no mistakes: training has converged."
      : " The recording ends here; training has not converged.";
    return `Mistake ${k}: the ringed point (${tidy(x)}, ${tidy(y)}) has the label ${sign > 0 ? "+1" : "−1"}, ` +
      `but the sum was ${tidy(z)}. ${sign > 0 ? "Add it to" : "Subtract it from"} the weights: w becomes ` +
      `(${tidy(now[0])}, ${tidy(now[1])}), b becomes ${tidy(now[2])}. ` +
      `The dashed line is the previous one.${end}`;
  }

  function go(k) {
    model.set("at", Math.max(0, Math.min(history.length, k)));
    draw();
    model.save_changes();
  }

  function start() {
    play.textContent = "❚❚ pause";
    timer = setInterval(() => go(model.get("at") + 1), 900);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "▶ play";
  }

  model.on("change:at", draw);
  draw();
  return stop; // stops the timer when the view is removed
}

export default { render };
