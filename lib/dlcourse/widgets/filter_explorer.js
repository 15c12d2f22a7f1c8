// Computes and draws the feature map of a picture and a kernel, and explains single pixels of it.
const SIDE = 260; // CSS pixels of a picture

const STYLE = `
  --label-width: 5em; --value-width: 2em; gap: 8px 22px;
  figure { margin: 0; } figcaption { font-weight: 650; margin: 0 0 4px; }
  canvas { touch-action: none; border: 1px solid color-mix(in srgb, ${INK} 40%, transparent); image-rendering: pixelated; }
  .map { cursor: crosshair; }
  .cells { display: grid; gap: 3px; margin: 8px 0; width: max-content; }
  .cells input { width: 3.5em; font: inherit; text-align: center; color: inherit; border: 1px solid ${INK};
    border-radius: 3px; padding: 4px 0; appearance: textfield; }
  .cells input::-webkit-inner-spin-button { appearance: none; }
  .sum { flex-basis: 100%; margin: 2px 0 0; line-height: 1.5; font-variant-numeric: tabular-nums; min-height: 3em; }
`;

// The feature map of a picture and a kernel, as rows of numbers.
function correlated(pixels, kernel, stride, padding, relu) {
  const height = pixels.length, width = pixels[0].length, k = kernel.length, map = [];
  for (let top = -padding; top + k <= height + padding; top += stride) {
    const row = [];
    for (let left = -padding; left + k <= width + padding; left += stride) {
      let sum = 0;
      for (let j = 0; j < k; j++)
        for (let i = 0; i < k; i++) sum += kernel[j][i] * (pixels[top + j]?.[left + i] ?? 0);
      row.push(relu ? Math.max(sum, 0) : sum);
    }
    map.push(row);
  }
  return map;
}

function render({ model, el }) {
  const pictures = model.get("pictures"), presets = model.get("presets");
  let map = [], at = null; // the selected pixel of the map: [row, column]

  const box = stage(el, "filter", { title: model.get("title"), style: STYLE });
  const pictureCanvas = frame("the picture", ""), mapCanvas = frame("the feature map", "map");
  mapCanvas.tabIndex = 0;
  mapCanvas.dataset.lmSuppressShortcuts = "true";
  const panel = controls(box);
  const image = choice(panel, "picture", Object.keys(pictures), (name) => send(model, { image: name }));
  const preset = choice(panel, "kernel", [...Object.keys(presets), "your own"], (name) => {
    if (presets[name]) send(model, { kernel: presets[name].map((row) => [...row]) });
  });
  const cells = element("div", { className: "cells" }, panel);
  const row = buttons(panel);
  const sizes = [3, 5].map((k) => button(row, `${k} × ${k}`, () => resize(k)));
  const relu = button(row, "ReLU", () => send(model, { relu: !model.get("relu") }));
  const stride = slider(panel, "stride", { min: 1, max: 3, step: 1, format: String, onChange: (v) => send(model, { stride: v }) });
  const padding = slider(panel, "padding", { min: 0, max: 2, step: 1, format: String, onChange: (v) => send(model, { padding: v }) });
  const sum = status(box, "sum");

  function frame(caption, className) {
    const figure = element("figure", {}, box);
    element("figcaption", { textContent: caption }, figure);
    return canvas(figure, SIDE, SIDE, className);
  }

  function resize(k) { // keeps the middle; new cells are zero
    const old = model.get("kernel"), shift = (old.length - k) / 2;
    if (old.length === k) return;
    send(model, { kernel: Array.from({ length: k }, (_, j) =>
      Array.from({ length: k }, (_, i) => old[j + shift]?.[i + shift] ?? 0)) });
  }

  function edit(j, i, text) {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value)) return; // incomplete input
    const kernel = model.get("kernel").map((weights) => [...weights]);
    kernel[j][i] = value;
    send(model, { kernel });
  }

  function write(kernel) { // shows the kernel, but keeps the text of the cell that is being edited
    if (cells.children.length !== kernel.length ** 2) {
      cells.replaceChildren();
      cells.style.gridTemplateColumns = `repeat(${kernel.length}, auto)`;
      kernel.forEach((weights, j) => weights.forEach((_, i) => {
        const cell = element("input", { type: "number", step: "any" }, cells);
        cell.setAttribute("aria-label", `weight in row ${j + 1}, column ${i + 1}`);
        cell.oninput = () => edit(j, i, cell.value);
      }));
    }
    const top = Math.max(...kernel.flat().map(Math.abs)) || 1;
    kernel.flat().forEach((weight, n) => {
      const cell = cells.children[n];
      if (cell !== document.activeElement || Number(cell.value) !== weight) cell.value = weight;
      cell.style.background = tint(weight / top, 0.45);
    });
  }

  function tint(fraction, maxOpacity = 0.95) { // blue above zero, orange below, transparent at zero
    const strength = Math.round(Math.min(1, Math.abs(fraction)) * maxOpacity * 255).toString(16).padStart(2, "0");
    return (fraction < 0 ? ORANGE : BLUE) + strength;
  }

  function paint(picture, rows, color) {
    const context = picture.getContext("2d"), unit = SIDE / Math.max(rows.length, rows[0].length);
    const edge = (i) => Math.round(2 * i * unit) / 2; // on whole canvas pixels, to avoid seams
    context.clearRect(0, 0, SIDE, SIDE);
    rows.forEach((values, r) => values.forEach((value, c) => {
      context.fillStyle = color(value);
      context.fillRect(edge(c), edge(r), edge(c + 1) - edge(c), edge(r + 1) - edge(r));
    }));
    return { context, unit };
  }

  function outline({ context, unit }, top, left, side) {
    context.strokeStyle = GREEN;
    context.lineWidth = 2.5;
    context.strokeRect(left * unit, top * unit, side * unit, side * unit);
  }

  function pad(pixels, p) { // the picture with zeros around it
    const empty = Array(pixels[0].length + 2 * p).fill(0), side = Array(p).fill(0);
    return [...Array(p).fill(empty), ...pixels.map((r) => [...side, ...r, ...side]), ...Array(p).fill(empty)];
  }

  function draw() {
    const kernel = model.get("kernel"), p = model.get("padding"), s = model.get("stride");
    const pixels = pictures[model.get("image")], padded = pad(pixels, p);
    const top = Math.max(...map.flat().map(Math.abs)) || 1;
    const left = paint(pictureCanvas, padded, (v) => INK + Math.round(255 * Math.max(0, Math.min(1, v))).toString(16).padStart(2, "0"));
    const right = paint(mapCanvas, map, (v) => tint(v / top));
    if (p) outlinePadding(left, pixels, p);
    if (at) {
      outline(left, at[0] * s, at[1] * s, kernel.length);
      outline(right, at[0], at[1], 1);
    }
    const low = tidy(Math.min(...map.flat())), high = tidy(Math.max(...map.flat()));
    describe(pictureCanvas, `${model.get("image")}, ${pixels.length} by ${pixels[0].length} pixels${p ? `, padded by ${p}` : ""}.`);
    describe(mapCanvas, `The feature map, ${map.length} by ${map[0].length}, from ${low} to ${high}. Use the arrow keys to move the window.`);
    announce(sum, at ? explain(kernel, padded, s) : `The map is ${map.length} × ${map[0].length}, from ${low} (orange) to ` +
      `${high} (blue). Point at a pixel, or use Tab and the arrow keys, to see how it is computed.`);
  }

  function outlinePadding({ context, unit }, pixels, p) {
    context.strokeStyle = INK;
    context.setLineDash([4, 4]);
    context.lineWidth = 1;
    context.strokeRect(p * unit, p * unit, pixels[0].length * unit, pixels.length * unit);
    context.setLineDash([]);
  }

  function explain(kernel, padded, s) {
    const [r, c] = at, terms = [];
    kernel.forEach((weights, j) => weights.forEach((weight, i) => {
      const pixel = padded[r * s + j][c * s + i];
      if (weight !== 0 && pixel !== 0)
        terms.push(`${tidy(pixel)} · ${weight < 0 ? `(${number(weight)})` : number(weight)}`);
    }));
    const total = kernel.flat().reduce((all, w, n) =>
      all + w * padded[r * s + Math.floor(n / kernel.length)][c * s + n % kernel.length], 0);
    const note = model.get("relu") && total < 0 ? "; ReLU changes it to 0" : "";
    return `Row ${r}, column ${c}: ${terms.join(" + ") || "only zeros"} = ${tidy(total)}${note}. ` +
      `(${terms.length} of ${kernel.length ** 2} products are not zero.)`;
  }

  function number(value) {
    return String(value).replace("-", "−");
  }

  function compute() {
    map = correlated(pictures[model.get("image")], model.get("kernel"), model.get("stride"),
      model.get("padding"), model.get("relu"));
    if (at) at = [Math.min(at[0], map.length - 1), Math.min(at[1], map[0].length - 1)];
    show();
    send(model, { feature_map: map });
  }

  function show() {
    const kernel = model.get("kernel"), text = JSON.stringify(kernel);
    write(kernel);
    image.show(model.get("image"));
    preset.show(Object.keys(presets).find((name) => JSON.stringify(presets[name]) === text) || "your own");
    sizes.forEach((made, n) => made.setAttribute("aria-pressed", kernel.length === [3, 5][n]));
    relu.setAttribute("aria-pressed", model.get("relu"));
    stride.show(model.get("stride"));
    padding.show(model.get("padding"));
    draw();
  }

  mapCanvas.onpointermove = (event) => {
    const rect = mapCanvas.getBoundingClientRect(), cells_ = Math.max(map.length, map[0].length);
    const c = Math.floor((event.clientX - rect.left) / rect.width * cells_);
    const r = Math.floor((event.clientY - rect.top) / rect.height * cells_);
    if (r < 0 || c < 0 || r >= map.length || c >= map[0].length) return;
    if (!at || at[0] !== r || at[1] !== c) { at = [r, c]; draw(); }
  };
  mapCanvas.onpointerdown = mapCanvas.onpointermove;
  mapCanvas.onkeydown = (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    const [r, c] = at || [0, -1 * step[1]];
    at = [Math.max(0, Math.min(map.length - 1, r + step[0])), Math.max(0, Math.min(map[0].length - 1, c + step[1]))];
    draw();
  };

  for (const key of ["image", "kernel", "stride", "padding", "relu"]) model.on(`change:${key}`, compute);
  compute();
}

export default { render };
