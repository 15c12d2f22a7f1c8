// Shows a perceptron's training, computed before, mistake by mistake.
const BLUE = "#0C83C8", ORANGE = "#E0661B", INK = "#787878";
const SIZE = 340, SVG = "http://www.w3.org/2000/svg";

const STYLE = `
.dlc-rule { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: flex-start; max-width: 780px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-rule h4 { flex-basis: 100%; margin: 4px 0 0; font-size: 15px; }
.dlc-rule svg { max-width: 100%; height: auto; }
.dlc-rule .controls { min-width: 250px; flex: 1; }
.dlc-rule .buttons { display: flex; gap: 8px; margin: 6px 0; }
.dlc-rule input { width: 100%; accent-color: ${BLUE}; }
.dlc-rule .count { font-size: 22px; font-weight: 650; margin: 10px 0 4px;
  font-variant-numeric: tabular-nums; }
.dlc-rule .story { min-height: 9.5em; line-height: 1.5; font-variant-numeric: tabular-nums; }
.dlc-rule button { font: inherit; color: inherit; background: none; border: 1px solid ${INK};
  border-radius: 4px; padding: 3px 12px; cursor: pointer; }
.dlc-rule button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc-rule button:disabled { opacity: 0.4; cursor: default; }
.dlc-rule :focus-visible { outline: 2px solid ${BLUE}; outline-offset: 2px; }
`;

function node(name, attributes, parent) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function element(name, attributes, parent) {
  const made = Object.assign(document.createElement(name), attributes);
  // Without this mark JupyterLab takes arrow keys and Enter away from what has the focus.
  if (["input", "button"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

const tidy = (value) => value.toFixed(2).replace("-", "−");

function render({ model, el }) {
  const points = model.get("points"), labels = model.get("labels"), history = model.get("history");
  const [left, right, bottom, top] = model.get("limits"), unit = SIZE / (right - left);
  const px = (x) => (x - left) * unit, py = (y) => (top - y) * unit;
  let timer = null;

  const box = element("div", { className: "dlc-rule" }, el);
  element("style", { textContent: STYLE }, box);
  if (model.get("title")) element("h4", { textContent: model.get("title") }, box);
  const svg = node("svg", { width: SIZE, height: SIZE, viewBox: `0 0 ${SIZE} ${SIZE}`, role: "img" }, box);
  node("rect", { x: 0.5, y: 0.5, width: SIZE - 1, height: SIZE - 1, fill: "none", stroke: INK, "stroke-opacity": 0.35 }, svg);
  const name = { fill: INK, "font-size": 13, "font-style": "italic" };
  node("text", { x: SIZE - 8, y: SIZE - 8, "text-anchor": "end", ...name }, svg).textContent = "x₁";
  node("text", { x: 8, y: 18, ...name }, svg).textContent = "x₂";
  const old = node("line", { stroke: INK, "stroke-width": 1.6, "stroke-dasharray": "5 5", "stroke-opacity": 0.7 }, svg);
  const line = node("line", { stroke: INK, "stroke-width": 2.6 }, svg);
  const arrow = node("line", { stroke: INK, "stroke-width": 2.4 }, svg);
  const head = node("polygon", { fill: INK }, svg);
  const marks = points.map(drawPoint);
  const ring = node("circle", { r: 11, fill: "none", stroke: INK, "stroke-width": 2.6 }, svg);

  const panel = element("div", { className: "controls" }, box);
  const buttons = element("div", { className: "buttons" }, panel);
  const back = button("◀ back", () => go(model.get("at") - 1));
  const next = button("next mistake ▶", () => go(model.get("at") + 1));
  const play = button("play", () => (timer ? stop() : start()));
  const slider = element("input", { type: "range", min: 0, max: history.length, step: 1 }, panel);
  slider.setAttribute("aria-label", "mistakes made so far");
  slider.oninput = () => go(Number(slider.value));
  const count = element("p", { className: "count" }, panel);
  const story = element("p", { className: "story" }, panel);
  story.setAttribute("role", "status");

  function button(text, onclick) {
    return element("button", { type: "button", textContent: text, onclick }, buttons);
  }

  function drawPoint([x, y], i) {
    const r = points.length <= 12 ? 8 : 4.5;
    const look = { fill: labels[i] ? BLUE : ORANGE, stroke: "white", "stroke-width": 1.2 };
    return labels[i]
      ? node("circle", { cx: px(x), cy: py(y), r, ...look }, svg)
      : node("rect", { x: px(x) - 0.9 * r, y: py(y) - 0.9 * r, width: 1.8 * r, height: 1.8 * r, ...look }, svg);
  }

  function place(part, [w1, w2, b]) { // the line w·x + b = 0, far beyond the picture at both ends
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
    const was = k > 1 ? history[k - 2].slice(1) : [0, 0, 0];
    place(old, was);
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
      const good = (labels[i] ? 1 : -1) * (now[0] * x + now[1] * y + now[2]) > 0;
      n += good;
      marks[i].setAttribute("opacity", good ? 1 : 0.45);
    });
    ring.style.display = k ? "" : "none";
    if (k) {
      ring.setAttribute("cx", px(points[history[k - 1][0]][0]));
      ring.setAttribute("cy", py(points[history[k - 1][0]][1]));
    }
    slider.value = k;
    back.disabled = k === 0;
    next.disabled = play.disabled = k === history.length;
    if (k === history.length) stop();
    count.textContent = `${n} of ${points.length} right`;
    story.textContent = told(k, was, now);
    svg.setAttribute("aria-label", `Points in two classes and the perceptron's line. ${story.textContent}`);
  }

  function told(k, was, now) {
    if (k === 0) return "Before the first example all weights are zero, and there is no line.";
    const i = history[k - 1][0], [x, y] = points[i], sign = labels[i] ? 1 : -1;
    const z = was[0] * x + was[1] * y + was[2];
    const end = k < history.length ? "" : model.get("is_clean")
      ? " After this one, a whole epoch passes without a mistake: it has come to rest."
      : " Here the film ends; the training would go on.";
    return `Mistake ${k}: the ringed point (${tidy(x)}, ${tidy(y)}) has the label ${sign > 0 ? "+1" : "−1"}, ` +
      `but the sum was ${tidy(z)}. ${sign > 0 ? "Add it to" : "Take it from"} the weights: w becomes ` +
      `(${tidy(now[0])}, ${tidy(now[1])}), b becomes ${tidy(now[2])}. ` +
      `The dashed line is where it was before.${end}`;
  }

  function go(k) {
    model.set("at", Math.max(0, Math.min(history.length, k)));
    draw();
    model.save_changes();
  }

  function start() {
    play.textContent = "pause";
    timer = setInterval(() => go(model.get("at") + 1), 900);
  }

  function stop() {
    clearInterval(timer);
    timer = null;
    play.textContent = "play";
  }

  model.on("change:at", draw);
  draw();
  return stop; // no timer outlives the view
}

export default { render };
