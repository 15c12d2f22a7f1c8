// Draws codes in a plane, and the decoded picture of the point at the ring.
const WIDTH = 420, HEIGHT = 360;
const LABEL_COLORS = [BLUE, ORANGE, GREEN, PURPLE, GOLD, INK]; // as in the static picture

const STYLE = `
  --label-width: 4em; --value-width: 3.8em;
  svg { touch-action: none; cursor: crosshair; }
  canvas { width: 190px; image-rendering: pixelated; border: 1px solid ${INK}; display: block; }
  .controls { min-width: 230px; }
  .status { min-height: 3em; }
`;

const ACTIVATIONS = {
  linear: (z) => z,
  relu: (z) => Math.max(z, 0),
  tanh: Math.tanh,
  sigmoid: (z) => 0.5 + 0.5 * Math.tanh(z / 2),
};

function decode(layers, code) {
  let values = code;
  for (const { W, b, activation } of layers) {
    const sums = b.slice();
    values.forEach((value, i) => W[i].forEach((weight, j) => { sums[j] += value * weight; }));
    values = sums.map(ACTIVATIONS[activation]);
  }
  return values;
}

function render({ model, el }) {
  const layers = model.get("layers"), codes = model.get("codes"), labels = model.get("labels");
  const [left, right, bottom, top] = model.get("limits"), [rows, columns] = model.get("shape");
  const px = (x) => (x - left) / (right - left) * WIDTH, py = (y) => (top - y) / (top - bottom) * HEIGHT;

  const box = stage(el, "latent", { title: model.get("title"), style: STYLE });
  const svg = drawing(box, WIDTH, HEIGHT);
  node("rect", { x: 0.5, y: 0.5, width: WIDTH - 1, height: HEIGHT - 1, fill: "none", stroke: INK,
    "stroke-opacity": 0.35 }, svg);
  codes.forEach(([x, y], i) => {
    const style = { x: px(x), y: py(y) + 4, "text-anchor": "middle", "font-size": 11,
      fill: LABEL_COLORS[labels[i] % LABEL_COLORS.length], "pointer-events": "none" };
    node("text", style, svg).textContent = labels[i];
  });
  const ring = node("circle", { r: 9, fill: "none", stroke: INK, "stroke-width": 2.5 }, svg);
  const dot = node("circle", { r: 2, fill: INK }, svg);

  const panel = controls(box);
  const screen = element("canvas", { width: columns, height: rows }, panel); // one canvas pixel per picture pixel
  screen.setAttribute("role", "img");
  const near = status(panel);
  const sliders = { z1: axis("z1", "unit 1", left, right), z2: axis("z2", "unit 2", bottom, top) };

  function axis(key, label, min, max) {
    return slider(panel, label, { min, max, step: (max - min) / 200, ariaLabel: `code ${label}`,
      onChange: (v) => set({ [key]: v }) });
  }

  function nearest(z1, z2) { // labels and counts of the ten nearest examples, the most frequent first
    const width = right - left, height = top - bottom, counts = new Map();
    codes.map(([x, y], i) => [((x - z1) / width) ** 2 + ((y - z2) / height) ** 2, labels[i]])
      .sort((a, b) => a[0] - b[0]).slice(0, 10)
      .forEach(([, label]) => counts.set(label, (counts.get(label) || 0) + 1));
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  function paint(values) { // gray with opacity, for light and dark pages
    const context = screen.getContext("2d"), image = context.createImageData(columns, rows);
    values.forEach((value, i) => {
      image.data.set([120, 120, 120, 255 * Math.max(0, Math.min(1, value))], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }

  function draw() {
    const z1 = model.get("z1"), z2 = model.get("z2");
    for (const mark of [ring, dot]) {
      mark.setAttribute("cx", px(z1));
      mark.setAttribute("cy", py(z2));
    }
    sliders.z1.show(z1);
    sliders.z2.show(z2);
    paint(decode(layers, [z1, z2]));
    const neighbors = nearest(z1, z2), most = neighbors[0][0];
    announce(near, `Ten nearest examples: ${neighbors.map(([label, n]) => `${n} × “${label}”`).join(", ")}`);
    describe(screen, `The decoded picture. Most of the nearest examples have the label ${most}.`);
    describe(svg, `${codes.length} codes in the plane; the ring is at ${tidy(z1)}, ${tidy(z2)}`);
  }

  function set(values) {
    const limits = { z1: [left, right], z2: [bottom, top] }, clipped = {};
    for (const [key, value] of Object.entries(values))
      clipped[key] = Math.max(limits[key][0], Math.min(limits[key][1], value));
    send(model, clipped);
  }

  function move(event) {
    const rect = svg.getBoundingClientRect();
    set({ z1: left + (event.clientX - rect.left) / rect.width * (right - left),
          z2: top - (event.clientY - rect.top) / rect.height * (top - bottom) });
  }

  svg.onpointerdown = (event) => { svg.setPointerCapture(event.pointerId); event.preventDefault(); move(event); };
  svg.onpointermove = (event) => { if (svg.hasPointerCapture(event.pointerId)) move(event); };
  model.on("change:z1 change:z2", draw);
  draw();
}

export default { render };
