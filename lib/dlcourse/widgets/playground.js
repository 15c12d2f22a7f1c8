// The playground: controls for data and network, training, and the output of each unit.
// playground_net.js and playground_view.js are joined before this file.
// Settings that start a new network, and settings that keep the weights:
const RESTARTING = ["data_set", "features", "hidden", "activation", "seed"],
  CONTINUING = ["noise", "learning_rate", "penalty", "penalty_rate"];

function render({ model, el }) {
  const get = (key) => model.get(key), names = get("names");
  let net, points, inputs, grid, history, running = false, alive = true, chosen = null, lastSync = 0;
  let tiles = [], edges = [], slow = 1;

  const box = element("div", { className: "dlc-play" }, el);
  element("style", { textContent: STYLE }, box);
  if (get("title")) element("h4", { textContent: get("title") }, box);
  const bar = element("div", { className: "bar" }, box);
  const play = button("▶ train", () => (running ? pause() : go()), bar);
  button("one epoch", () => { pause(); train(1); sync(); draw(); }, bar);
  button("start again", () => begin(), bar);
  button("new weights", () => choose("seed", (get("seed") + 1) % 1000), bar);
  select("data set", "data_set", Object.keys(get("sets")), bar);
  const noise = slider("noise", "noise", 0, 0.3, 0.01, (v) => v, (v) => v, bar);
  const second = element("div", { className: "bar" }, box);
  select("activation", "activation", Object.keys(ACTIVATIONS), second);
  const rate = slider("learning rate", "learning_rate", -3, 0.5, 0.05, (v) => Number((10 ** v).toPrecision(2)), Math.log10, second, 3);
  select("penalty", "penalty", ["none", "L1", "L2"], second);
  const pull = slider("strength", "penalty_rate", -4, -1, 0.05, (v) => Number((10 ** v).toPrecision(2)), Math.log10, second, 4);
  const withTest = element("input", { type: "checkbox", onchange: () => draw() }, element("label", {}, second));
  withTest.parentElement.append("test points");
  const status = element("p", { className: "status" }, box);
  status.setAttribute("role", "status");
  const stage = element("div", { className: "stage" }, element("div", { className: "scroll" }, box));
  const whole = canvas(BIG, BIG, "whole"), curve = canvas(BIG, 96, "curve");
  whole.style.left = curve.style.left = `${LAST + 36}px`;
  whole.style.top = `${HEAD - 12}px`;
  curve.style.top = `${HEAD + BIG + 4}px`;

  function canvas(width, height, className) { // with twice the displayed resolution
    const made = element("canvas", { width: 2 * width, height: 2 * height, className }, stage);
    made.style.width = `${width}px`;
    made.getContext("2d").scale(2, 2);
    made.setAttribute("role", "img");
    return made;
  }

  function button(text, onclick, parent, className = "") {
    return element("button", { type: "button", textContent: text, onclick, className }, parent);
  }

  function select(text, key, options, parent) {
    const label = element("label", {}, parent);
    label.append(text);
    const made = element("select", { onchange: () => choose(key, made.value) }, label);
    for (const value of options) element("option", { value, textContent: pretty(value) }, made);
    made.value = get(key);
    model.on(`change:${key}`, () => { made.value = get(key); });
  }

  function slider(text, key, min, max, step, toValue, toSlider, parent, digits = 2) {
    const label = element("label", {}, parent);
    label.append(text);
    const input = element("input", { type: "range", min, max, step }, label);
    const value = element("span", { className: "value" }, label);
    value.setAttribute("aria-hidden", "true"); // screen readers read the slider
    const show = () => {
      input.value = toSlider(get(key));
      value.textContent = tidy(get(key), digits);
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.oninput = () => choose(key, toValue(Number(input.value)));
    model.on(`change:${key}`, show);
    show();
  }

  function choose(key, value) {
    model.set(key, value);
    model.save_changes();
  }

  function settings() {
    return { features: get("features"), hidden: get("hidden"), activation: get("activation"), seed: get("seed"),
      rate: get("learning_rate"), penalty: get("penalty"), penaltyRate: get("penalty_rate"), batch: 10 };
  }

  function begin() {
    pause();
    net = start(settings());
    chosen = null;
    measure();
    build();
    sync();
    draw();
  }

  function measure() { // computes points with the current noise, and their features
    const functions = get("features").map((name) => FEATURES[name]), amount = get("noise");
    const inputsOf = ([a, b]) => functions.map((f) => f(a, b));
    points = {};
    for (const part of ["train", "test"]) {
      const at = get("sets")[get("data_set")][part].map(([a, b, c, d]) => [a + amount * c, b + amount * d]);
      points[part] = { at, labels: get("sets")[get("data_set")][part].map((row) => row[4]), inputs: at.map(inputsOf) };
    }
    grid = GRID.map(inputsOf);
    history = [losses()];
  }

  const losses = () => ["train", "test"].map((part) => logLoss(net.layers, get("activation"), points[part].inputs, points[part].labels));

  function train(epochs) {
    for (let i = 0; i < epochs; i++) trainEpoch(net, settings(), points.train.inputs, points.train.labels);
    history.push(losses());
    if (history.length > 600) history = history.filter((_, i) => i % 2 === 0);
  }

  function go() {
    running = true;
    play.textContent = "❚❚ pause";
    status.setAttribute("aria-live", "off"); // screen readers must not read every frame
    const frame = () => {
      if (!running || !alive) return;
      const began = performance.now();
      train(slow);
      const took = performance.now() - began;
      slow = Math.max(1, Math.min(8, Math.round(slow * 9 / Math.max(took, 1))));
      draw();
      if (began - lastSync > 1500) sync();
      if (net.layers.some(({ W }) => W.flat().some((w) => !Number.isFinite(w)))) pause();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  function pause() {
    if (running) sync();
    running = false;
    play.textContent = "▶ train";
    status.setAttribute("aria-live", "polite");
  }

  function sync() { // sends the weights to Python, or nothing if they are untrained
    lastSync = performance.now();
    const flat = net.layers.flatMap(({ W, b }) => [...W.flat(), ...b]);
    model.set("trained", net.epoch && flat.every(Number.isFinite) ? flat : []);
    model.set("epoch", net.epoch);
    model.save_changes();
  }

  function build() { // creates tiles, edges and headings for the current architecture
    for (const old of stage.querySelectorAll(".tile, .head, .feature, svg")) old.remove();
    const svg = document.createElementNS(SVG, "svg"), hidden = get("hidden"), features = get("features");
    svg.setAttribute("width", LAST + 40);
    svg.setAttribute("height", TALL + HEAD);
    svg.setAttribute("aria-hidden", "true");
    stage.prepend(svg);
    const middle = FIRST + TILE / 2, gap = (LAST - FIRST) / (hidden.length + 1);
    const head = (x, text, fewer, more, key) => {
      const made = element("div", { className: "head" }, stage);
      Object.assign(made.style, { left: `${x}px`, top: "0px" });
      for (const [sign, to, name] of [["−", fewer, "fewer"], ["+", more, "more"]]) {
        const one = button(sign, () => { chosen = null; choose("hidden", to); stage.querySelector(`[data-key="${key}${sign}"]`)?.focus(); }, made, "small");
        Object.assign(one.dataset, { key: key + sign });
        one.disabled = to === null;
        one.setAttribute("aria-label", `${name}: ${text}`);
        if (sign === "−") made.append(` ${text} `);
      }
    };
    head(middle - 18, `${hidden.length} hidden layer${hidden.length === 1 ? "" : "s"}`, hidden.length ? hidden.slice(0, -1) : null,
      hidden.length < 4 ? [...hidden, hidden.at(-1) ?? 4] : null, "layers");
    hidden.forEach((n, i) => head(FIRST + gap * (i + 1) + TILE / 2, `${n}`, n > 1 ? hidden.with(i, n - 1) : null,
      n < 8 ? hidden.with(i, n + 1) : null, `layer ${i + 1}`));
    const place = (i, j, n) => [FIRST + gap * i, HEAD + (TALL - n * ROW) / 2 + j * ROW];
    tiles = [];
    names.forEach((name, j) => { // all features, also those that are not selected
      const [x, y] = place(0, j, names.length), on = features.includes(name);
      const label = element("label", { className: "feature" }, stage);
      Object.assign(label.style, { left: "0px", top: `${y}px` });
      label.append(pretty(name));
      const tick = element("input", { type: "checkbox", checked: on }, label);
      tick.setAttribute("aria-label", `feature ${pretty(name)}`);
      tick.dataset.key = name;
      tick.onchange = () => {
        const wanted = names.filter((other) => (other === name ? tick.checked : features.includes(other)));
        if (wanted.length) choose("features", wanted);
        else tick.checked = true; // a network needs at least one input
        stage.querySelector(`[data-key="${name}"]`)?.focus();
      };
      const tile = element("div", { className: `tile${on ? "" : " off"}` }, stage);
      Object.assign(tile.style, { left: `${x}px`, top: `${y}px` });
      tile.setAttribute("aria-hidden", "true");
      paint(element("canvas", { width: FINE, height: FINE }, tile), picture(GRID.map(([a, b]) => FEATURES[name](a, b))));
    });
    const at = [features.map((name) => place(0, names.indexOf(name), names.length))];
    hidden.forEach((n, i) => at.push(Array.from({ length: n }, (_, j) => {
      const [x, y] = place(i + 1, j, n), tile = button("", null, stage, "tile");
      Object.assign(tile.style, { left: `${x}px`, top: `${y}px` });
      tiles.push({ i: i + 1, j, tile, canvas: element("canvas", { width: FINE, height: FINE }, tile) });
      tile.onpointerenter = tile.onfocus = () => { chosen = [i + 1, j]; draw(); };
      tile.onpointerleave = tile.onblur = () => { chosen = null; draw(); };
      return [x, y];
    })));
    at.push([[LAST + 36, HEAD + BIG / 2 - TILE]]);
    edges = [];
    for (let i = 1; i < at.length; i++)
      at[i].forEach(([x, y], j) => at[i - 1].forEach(([a, b], k) => {
        const line = document.createElementNS(SVG, "path"), from = a + TILE + 2, to = x - 3, half = (from + to) / 2;
        line.setAttribute("d", `M${from},${b + TILE / 2}C${half},${b + TILE / 2} ${half},${y + TILE / 2} ${to},${y + TILE / 2}`);
        line.setAttribute("fill", "none");
        svg.append(line);
        edges.push({ line, i: i - 1, k, j });
      }));
  }

  function draw() {
    const activation = get("activation"), all = grid.map((input) => forward(net.layers, activation, input));
    const surface = (i, j) => all.map((layers) => (i === net.layers.length || activation === "sigmoid" ? 2 * layers[i][j] - 1 : layers[i][j]));
    for (const { i, j, tile, canvas } of tiles) {
      paint(canvas, picture(surface(i, j)));
      tile.setAttribute("aria-label", `unit ${j + 1} of layer ${i}, bias ${tidy(net.layers[i - 1].b[j])}`);
    }
    for (const { line, i, k, j } of edges) { // blue and solid above zero, orange and dashed below
      const w = net.layers[i].W[k][j];
      line.setAttribute("stroke", `rgb(${w < 0 ? ORANGE : BLUE})`);
      line.setAttribute("stroke-width", w === 0 ? 0 : 0.4 + 1.5 * Math.min(Math.abs(w), 3));
      line.setAttribute("stroke-opacity", 0.25 + 0.2 * Math.min(Math.abs(w), 3));
      line.setAttribute("stroke-dasharray", w < 0 ? "6 4" : "none");
    }
    drawWhole(whole, picture(chosen ? surface(...chosen) : surface(net.layers.length, 0), 125), points,
      withTest.checked ? ["train", "test"] : ["train"], chosen ? `layer ${chosen[0]}, unit ${chosen[1] + 1}` : "");
    const top = drawCurve(curve, history);
    const right = points.test.inputs.filter((input, n) => (forward(net.layers, activation, input).pop()[0] > 0.5) === Boolean(points.test.labels[n])).length;
    const [train, test] = history.at(-1);
    status.textContent = `epoch ${net.epoch} · training loss ${tidy(train, 3)} · test loss ${tidy(test, 3)} · ` +
      `${Math.round(100 * right / points.test.labels.length)} % of the test points correct`;
    whole.setAttribute("aria-label", `Output of ${chosen ? `unit ${chosen[1] + 1} of layer ${chosen[0]}` : "the network"} in the plane. ${status.textContent}`);
    curve.setAttribute("aria-label", `Loss from 0 to ${tidy(top, 1)} over the epochs: ${status.textContent}`);
  }

  for (const key of RESTARTING) model.on(`change:${key}`, begin);
  for (const key of CONTINUING) model.on(`change:${key}`, () => { if (key === "noise") measure(); draw(); });
  const before = get("trained"), epoch = get("epoch");
  net = start(settings());
  if (before.length === net.layers.reduce((n, { W, b }) => n + W.flat().length + b.length, 0)) { // restore the weights of an earlier view
    const values = [...before];
    net.layers = net.layers.map(({ W, b }) => ({ W: W.map((row) => row.map(() => values.shift())), b: b.map(() => values.shift()) }));
    net.epoch = epoch;
  }
  measure();
  build();
  draw();
  return () => { alive = false; running = false; };
}

export default { render };
