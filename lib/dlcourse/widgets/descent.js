// A loss landscape of one weight and one bias; gradient descent walks down it, step by step.
const BLUE = "#0C83C8", ORANGE = "#E0661B", INK = "#787878";
const WIDTH = 380, HEIGHT = 340, CURVE = 120, BANDS = 18;

const STYLE = `
.dlc-descent { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: flex-start; max-width: 800px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-descent h4 { flex-basis: 100%; margin: 4px 0 0; font-size: 15px; }
.dlc-descent canvas { max-width: 100%; }
.dlc-descent .map { cursor: crosshair; touch-action: none; border: 1px solid color-mix(in srgb, ${INK} 45%, transparent); }
.dlc-descent .controls { min-width: 260px; flex: 1; }
.dlc-descent label { display: grid; grid-template-columns: 7.5em 1fr 3.6em; align-items: center;
  gap: 8px; margin: 8px 0; }
.dlc-descent input { width: 100%; accent-color: ${BLUE}; }
.dlc-descent .value { text-align: right; font-variant-numeric: tabular-nums; }
.dlc-descent .buttons { display: flex; gap: 8px; margin: 8px 0; }
.dlc-descent .status { margin: 8px 0 4px; line-height: 1.5; font-variant-numeric: tabular-nums; }
.dlc-descent button { font: inherit; color: inherit; background: none; border: 1px solid ${INK};
  border-radius: 4px; padding: 3px 12px; cursor: pointer; }
.dlc-descent button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc-descent :focus-visible { outline: 2px solid ${BLUE}; outline-offset: 2px; }
`;

function element(name, attributes, parent) {
  const made = Object.assign(document.createElement(name), attributes);
  // Without this mark JupyterLab takes arrow keys and Enter away from what has the focus.
  if (["input", "button"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

function canvas(width, height, className, parent) { // twice as fine as shown
  const made = element("canvas", { width: 2 * width, height: 2 * height, className }, parent);
  made.style.width = `${width}px`;
  made.getContext("2d").scale(2, 2);
  return made;
}

const tidy = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

function render({ model, el }) {
  const x = model.get("x"), y = model.get("y"), [left, right, bottom, top] = model.get("limits");
  let path = [], losses = [], running = false, alive = true;

  const box = element("div", { className: "dlc-descent" }, el);
  element("style", { textContent: STYLE }, box);
  if (model.get("title")) element("h4", { textContent: model.get("title") }, box);
  const map = canvas(WIDTH, HEIGHT, "map", box);
  map.setAttribute("role", "img");
  const panel = element("div", { className: "controls" }, box);

  const rate = slider("learning rate", -2, 1, 0.02, (v) => 10 ** v, (v) => Math.log10(v));
  const startW = slider("start at w", left, right, 0.1, (v) => v, (v) => v);
  const startB = slider("start at b", bottom, top, 0.1, (v) => v, (v) => v);
  rate.input.addEventListener("input", () => {
    model.set("learning_rate", Number(rate.value().toPrecision(2)));
    model.save_changes();
    show();
  });
  for (const one of [startW, startB])
    one.input.addEventListener("input", () => begin([startW.value(), startB.value()]));
  const buttons = element("div", { className: "buttons" }, panel);
  const run = button("▶ walk", () => (running ? pause() : go()));
  button("one step", () => { pause(); step(); show(); });
  button("back to the start", () => begin(model.get("start")));
  const status = element("p", { className: "status" }, panel);
  const curve = canvas(280, CURVE, "curve", panel);
  curve.setAttribute("role", "img");
  const land = landscape();

  function slider(words, min, max, step, toValue, toSlider) {
    const label = element("label", {}, panel);
    element("span", { textContent: words }, label);
    const input = element("input", { type: "range", min, max, step }, label);
    input.setAttribute("aria-label", words);
    const output = element("span", { className: "value" }, label);
    output.setAttribute("aria-hidden", "true"); // the slider says it
    return {
      input,
      value: () => toValue(Number(input.value)),
      show: (value) => {
        input.value = toSlider(value);
        output.textContent = tidy(value);
        input.setAttribute("aria-valuetext", tidy(value));
      },
    };
  }

  function button(text, onclick) {
    return element("button", { type: "button", textContent: text, onclick }, buttons);
  }

  function loss(w, b) {
    let total = 0;
    for (let i = 0; i < x.length; i++) total += softplus(y[i] ? -(w * x[i] + b) : w * x[i] + b);
    return total / x.length;
  }

  function step() {
    const [w, b] = path[path.length - 1], rate = model.get("learning_rate");
    let dw = 0, db = 0;
    for (let i = 0; i < x.length; i++) {
      const error = 1 / (1 + Math.exp(-(w * x[i] + b))) - y[i];
      dw += error * x[i] / x.length;
      db += error / x.length;
    }
    path.push([w - rate * dw, b - rate * db]);
    losses.push(loss(...path[path.length - 1]));
  }

  function landscape() { // bands of equal loss, computed once; where the band changes runs a line
    const made = document.createElement("canvas"), c = made.getContext("2d");
    made.width = WIDTH;
    made.height = HEIGHT;
    const values = [], pixels = c.createImageData(WIDTH, HEIGHT);
    for (let j = 0; j < HEIGHT; j++)
      for (let i = 0; i < WIDTH; i++)
        values.push(loss(left + (i / WIDTH) * (right - left), top - (j / HEIGHT) * (top - bottom)));
    const low = values.reduce((a, v) => Math.min(a, v)), high = values.reduce((a, v) => Math.max(a, v));
    const band = values.map((v) => Math.floor(BANDS * ((v - low) / (high - low)) ** 0.45));
    for (let k = 0; k < values.length; k++) {
      const edge = k >= WIDTH && k % WIDTH > 0 && (band[k] !== band[k - 1] || band[k] !== band[k - WIDTH]);
      const deep = 1 - band[k] / BANDS; // blue in the valley, nothing on the heights
      pixels.data.set(edge ? [120, 120, 120, 150] : [12, 131, 200, 110 * deep ** 2], 4 * k);
    }
    c.putImageData(pixels, 0, 0);
    return made;
  }

  function show() {
    const c = map.getContext("2d"), at = path[path.length - 1];
    const px = ([w, b]) => [((w - left) / (right - left)) * WIDTH, ((top - b) / (top - bottom)) * HEIGHT];
    c.clearRect(0, 0, WIDTH, HEIGHT);
    c.drawImage(land, 0, 0, WIDTH, HEIGHT);
    drawScale(c, px);
    c.strokeStyle = c.fillStyle = ORANGE;
    c.lineWidth = 1.6;
    c.beginPath();
    path.forEach((place) => c.lineTo(...px(place)));
    c.stroke();
    if (path.length < 400) path.forEach((place) => dot(c, px(place), 2.4));
    c.lineWidth = 2;
    c.beginPath();
    c.arc(...px(path[0]), 8, 0, 7);
    c.stroke();
    dot(c, px(at), 5);
    drawCurve();
    rate.show(model.get("learning_rate"));
    startW.show(path[0][0]);
    startB.show(path[0][1]);
    const words = `step ${path.length - 1}: w = ${tidy(at[0])}, b = ${tidy(at[1])}, loss ${tidy(losses[losses.length - 1], 3)}`;
    status.textContent = words;
    map.setAttribute("aria-label", `The loss for every weight and bias, and the path so far. ${words}`);
  }

  function drawScale(c, px) { // numbers along two edges, on small plates so that lines do not cross them
    const plate = getComputedStyle(box).getPropertyValue("--jp-layout-color0") || "Canvas";
    const write = (text, x, y, align) => {
      const width = c.measureText(text).width, from = align === "right" ? x - width : x - width / 2;
      c.globalAlpha = 0.75;
      c.fillStyle = plate;
      c.fillRect(from - 2, y - 10, width + 4, 13);
      c.globalAlpha = 1;
      c.fillStyle = INK;
      c.fillText(text, from, y);
    };
    c.font = "11px system-ui, sans-serif";
    for (let w = Math.ceil(left) + 1; w < right; w++) write(tidy(w, 0), px([w, 0])[0], HEIGHT - 5);
    for (let b = Math.ceil(bottom) + 1; b < top; b++)
      if (b % 2 === 0) write(tidy(b, 0), 20, px([0, b])[1] + 4, "right");
    c.font = "italic 13px system-ui, sans-serif";
    write("w", WIDTH - 10, HEIGHT - 6);
    write("b", 12, 15);
  }

  function dot(c, place, radius) {
    c.beginPath();
    c.arc(...place, radius, 0, 7);
    c.fill();
  }

  function drawCurve() {
    const c = curve.getContext("2d"), highest = losses.reduce((a, v) => Math.max(a, v), 1e-9);
    c.clearRect(0, 0, 280, CURVE);
    c.strokeStyle = c.fillStyle = INK;
    c.lineWidth = 1;
    c.strokeRect(0.5, 0.5, 279, CURVE - 1);
    c.font = "12px system-ui, sans-serif";
    c.textAlign = "right";
    c.fillText(`loss, from 0 to ${tidy(highest)}`, 272, 16);
    c.strokeStyle = ORANGE;
    c.lineWidth = 2;
    c.beginPath();
    losses.forEach((v, i) =>
      c.lineTo(4 + (272 * i) / Math.max(1, losses.length - 1), CURVE - 6 - ((CURVE - 14) * v) / highest));
    c.stroke();
    curve.setAttribute("aria-label", `The loss after each step, now ${tidy(losses[losses.length - 1], 3)}.`);
  }

  function begin(place) {
    pause();
    path = [[...place]];
    losses = [loss(...place)];
    model.set("start", [...place]);
    model.save_changes();
    show();
  }

  function go() {
    running = true;
    run.textContent = "❚❚ pause";
    const walk = () => {
      if (!running || !alive) return;
      step();
      show();
      if (path.length > 2000) pause();
      else setTimeout(() => requestAnimationFrame(walk), path.length < 30 ? 90 : 16);
    };
    walk();
  }

  function pause() {
    running = false;
    run.textContent = "▶ walk";
  }

  const startHere = (event) => {
    const rect = map.getBoundingClientRect();
    const w = left + ((event.clientX - rect.left) / rect.width) * (right - left);
    const b = top - ((event.clientY - rect.top) / rect.height) * (top - bottom);
    begin([Math.round(w * 100) / 100, Math.round(b * 100) / 100]);
  };
  map.onpointerdown = (event) => { map.setPointerCapture(event.pointerId); startHere(event); };
  map.onpointermove = (event) => { if (map.hasPointerCapture(event.pointerId)) startHere(event); };

  begin(model.get("start"));
  return () => { alive = false; };
}

export default { render };
