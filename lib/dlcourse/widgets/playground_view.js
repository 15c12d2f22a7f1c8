// The appearance of the playground: style, sizes, small and large pictures, the loss curve.
const BLUE = [12, 131, 200], ORANGE = [224, 102, 27], INK = "#787878", SVG = "http://www.w3.org/2000/svg";
const FINE = 40, REACH = 1.25, TILE = 36, ROW = 46, TALL = 8 * ROW, BIG = 250; // the plane is -REACH … REACH
const FIRST = 104, LAST = 560, HEAD = 34; // where the columns of tiles begin and end
const DISPLAY_NAMES = { relu: "ReLU", sigmoid: "logistic", xor: "exclusive or" };

const STYLE = `
.dlc-play { max-width: 860px; font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 13.5px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc-play h4 { margin: 4px 0; font-size: 15px; }
.dlc-play .bar { display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; margin: 6px 0; }
.dlc-play label { display: inline-flex; align-items: center; gap: 6px; }
.dlc-play button, .dlc-play select { font: inherit; color: inherit; background: transparent;
  border: 1px solid ${INK}; border-radius: 4px; padding: 3px 10px; cursor: pointer; }
.dlc-play .small { padding: 0 6px; line-height: 18px; }
.dlc-play button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc-play option { color: CanvasText; background: Canvas; }
.dlc-play input { accent-color: rgb(${BLUE}); }
.dlc-play input[type=range] { width: 92px; }
.dlc-play .value { min-width: 3.2em; font-variant-numeric: tabular-nums; }
.dlc-play .status { margin: 2px 0; font-variant-numeric: tabular-nums; min-height: 1.4em; }
.dlc-play .stage { position: relative; width: 850px; height: ${TALL + HEAD + 8}px; }
.dlc-play .scroll { overflow-x: auto; }
.dlc-play .stage > * { position: absolute; }
.dlc-play .stage svg { left: 0; top: 0; pointer-events: none; }
.dlc-play .tile { width: ${TILE}px; height: ${TILE}px; padding: 0; border: 1px solid ${INK}; border-radius: 3px;
  overflow: hidden; background: var(--jp-layout-color0, Canvas); }
.dlc-play .tile canvas { width: 100%; height: 100%; display: block; }
.dlc-play .off { opacity: 0.35; }
.dlc-play .head { text-align: center; white-space: nowrap; transform: translateX(-50%); }
.dlc-play .feature { width: 96px; justify-content: flex-end; height: ${TILE}px; }
.dlc-play .whole { border: 1px solid color-mix(in srgb, ${INK} 45%, transparent); width: ${BIG}px; height: ${BIG}px; }
.dlc-play :focus-visible { outline: 2px solid rgb(${BLUE}); outline-offset: 2px; }
`;

function element(name, properties, parent) {
  const made = Object.assign(document.createElement(name), properties);
  // Without this attribute JupyterLab handles arrow keys and Enter itself.
  if (["input", "button", "select"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

const tidy = (value, digits = 2) => value.toFixed(digits).replace("-", "−");
const pretty = (name) => (DISPLAY_NAMES[name] ?? name).replace("x1", "x₁").replace("x2", "x₂");

const GRID = Array.from({ length: FINE * FINE }, (_, k) => [
  REACH * (((k % FINE) + 0.5) / FINE * 2 - 1), REACH * (1 - (Math.floor(k / FINE) + 0.5) / FINE * 2)]);

function picture(values, strength = 215) { // orange below zero, transparent at zero, blue above
  const made = document.createElement("canvas"), c = made.getContext("2d"), pixels = c.createImageData(FINE, FINE);
  made.width = made.height = FINE;
  const largest = Math.max(1, ...values.map(Math.abs)); // ReLUs and features may exceed 1
  values.forEach((v, k) => pixels.data.set([...(v > 0 ? BLUE : ORANGE), strength * Math.abs(v) / largest], 4 * k));
  c.putImageData(pixels, 0, 0);
  return made;
}

function paint(canvas, small) {
  const c = canvas.getContext("2d");
  c.clearRect(0, 0, canvas.width, canvas.height);
  c.drawImage(small, 0, 0);
}

// The large picture: a surface, and points as circles and squares; test points are not filled.
function drawWhole(canvas, small, points, parts, label) {
  const c = canvas.getContext("2d"), px = (v) => BIG / 2 * (1 + v / REACH), py = (v) => BIG / 2 * (1 - v / REACH);
  c.clearRect(0, 0, BIG, BIG);
  c.imageSmoothingEnabled = true;
  c.drawImage(small, 0, 0, BIG, BIG);
  for (const part of parts)
    points[part].at.forEach(([a, b], n) => {
      const isBlue = points[part].labels[n], r = 3;
      c.beginPath();
      if (isBlue) c.arc(px(a), py(b), r, 0, 7);
      else c.rect(px(a) - 0.9 * r, py(b) - 0.9 * r, 1.8 * r, 1.8 * r);
      c.fillStyle = c.strokeStyle = `rgb(${isBlue ? BLUE : ORANGE})`;
      if (part === "train") { c.fill(); c.strokeStyle = "white"; }
      c.lineWidth = part === "train" ? 0.7 : 1.2;
      c.stroke();
    });
  c.fillStyle = INK;
  c.font = "12px system-ui, sans-serif";
  c.fillText(label, 6, BIG - 6);
}

// Draws training and test loss over the epochs; returns the loss at the upper edge.
function drawCurve(canvas, history) {
  const c = canvas.getContext("2d"), top = Math.max(0.8, Math.min(3, Math.max(...history.flat().filter(Number.isFinite))));
  const x = (i) => 4 + (BIG - 70) * i / Math.max(1, history.length - 1), y = (v) => 90 - 84 * Math.min(v, top) / top;
  c.clearRect(0, 0, BIG, 96);
  c.strokeStyle = INK;
  c.lineWidth = 1;
  c.strokeRect(0.5, 0.5, BIG - 62, 95);
  c.font = "12px system-ui, sans-serif";
  const ends = history.at(-1).map(y), middle = Math.max(16, Math.min(84, (ends[0] + ends[1]) / 2));
  const overlap = Math.abs(ends[0] - ends[1]) < 14;
  [["training", BLUE, []], ["test", ORANGE, [5, 3]]].forEach(([name, color, dash], part) => {
    c.strokeStyle = c.fillStyle = `rgb(${color})`;
    c.lineWidth = 1.8;
    c.setLineDash(dash);
    c.beginPath();
    history.forEach((pair, i) => c.lineTo(x(i), y(pair[part])));
    c.stroke();
    c.setLineDash([]);
    const isLower = ends[part] > ends[1 - part] || (ends[0] === ends[1] && part === 0);
    c.fillText(name, BIG - 56, overlap ? middle + (isLower ? 10 : -4) : Math.max(10, ends[part] + 4));
  });
  return top;
}
