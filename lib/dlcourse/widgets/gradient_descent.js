// Draws a loss surface of one weight and one bias, and the path of gradient descent on it.
const WIDTH = 380, HEIGHT = 340, CURVE = 120, BANDS = 18;

const STYLE = `
  .map { cursor: crosshair; touch-action: none; border: 1px solid color-mix(in srgb, ${INK} 45%, transparent); }
`;

const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

function render({ model, el }) {
  const x = model.get("x"), y = model.get("y"), [left, right, bottom, top] = model.get("limits");
  let path = [], losses = [], running = false, alive = true;

  const box = stage(el, "gradient-descent", { title: model.get("title"), style: STYLE });
  const map = canvas(box, WIDTH, HEIGHT, "map");
  const panel = controls(box);
  const rate = slider(panel, "learning rate", { min: -2, max: 1, step: 0.02, toSlider: (v) => Math.log10(v),
    fromSlider: (v) => Number((10 ** v).toPrecision(2)), onChange: (v) => { send(model, { learning_rate: v }); show(); } });
  const startW = slider(panel, "start at w", { min: left, max: right, step: 0.1, onChange: (v) => begin([v, path[0][1]]) });
  const startB = slider(panel, "start at b", { min: bottom, max: top, step: 0.1, onChange: (v) => begin([path[0][0], v]) });
  const row = buttons(panel);
  const run = button(row, "▶ run", () => (running ? pause() : go()));
  button(row, "one step", () => { pause(); step(); show(); });
  button(row, "reset", () => begin(model.get("start")));
  const story = element("p", { className: "status" }, panel); // not a status: the map's description says the same
  const curve = canvas(panel, 280, CURVE);
  const surface = drawSurface();

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

  function drawSurface() { // bands of equal loss with contour lines between them, computed once
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
      const deep = 1 - band[k] / BANDS; // blue where the loss is low, transparent where it is high
      pixels.data.set(edge ? [120, 120, 120, 150] : [12, 131, 200, 110 * deep ** 2], 4 * k);
    }
    c.putImageData(pixels, 0, 0);
    return made;
  }

  function show() {
    const c = map.getContext("2d"), at = path[path.length - 1];
    const px = ([w, b]) => [((w - left) / (right - left)) * WIDTH, ((top - b) / (top - bottom)) * HEIGHT];
    c.clearRect(0, 0, WIDTH, HEIGHT);
    c.drawImage(surface, 0, 0, WIDTH, HEIGHT);
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
    const summary = `step ${path.length - 1}: w = ${tidy(at[0])}, b = ${tidy(at[1])}, loss ${tidy(losses[losses.length - 1], 3)}`;
    announce(story, summary);
    describe(map, `The loss for every weight and bias, and the path so far. ${summary}`);
  }

  function drawScale(c, px) { // numbers along two edges, on a background that hides contour lines
    const background = getComputedStyle(box).getPropertyValue("--jp-layout-color0") || "Canvas";
    const write = (text, x, y, align) => {
      const width = c.measureText(text).width, from = align === "right" ? x - width : x - width / 2;
      c.globalAlpha = 0.75;
      c.fillStyle = background;
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
    describe(curve, `The loss after each step, now ${tidy(losses[losses.length - 1], 3)}.`);
  }

  function begin(place) {
    pause();
    path = [[...place]];
    losses = [loss(...place)];
    send(model, { start: [...place] });
    show();
  }

  function go() {
    running = true;
    run.textContent = "❚❚ pause";
    const tick = () => {
      if (!running || !alive) return;
      step();
      show();
      if (path.length > 2000) pause();
      else setTimeout(() => requestAnimationFrame(tick), path.length < 30 ? 90 : 16);
    };
    tick();
  }

  function pause() {
    running = false;
    run.textContent = "▶ run";
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
