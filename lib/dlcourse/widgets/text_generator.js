// A GRU that reads and writes characters here in the browser, and what it thinks may come next.
const WIDTH = 330, ROW = 22, MOST = 1500, PAUSE = 45;
const NAMES = { " ": "space", "\n": "line" };

const STYLE = `
  --words: 6.6em; --value: 3.2em;
  .page { flex-basis: 100%; margin: 4px 0 0; padding: 8px 12px; min-height: 7.5em; max-height: 16em; overflow: auto;
    white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid ${INK}; border-radius: 4px;
    font: 13px/1.5 var(--jp-code-font-family, monospace); color: inherit; background: none; }
  .page b { font-weight: 650; color: ${BLUE}; }
  input[type=text] { grid-column: 2 / 4; font: 13px var(--jp-code-font-family, monospace); color: inherit;
    background: none; border: 1px solid ${INK}; border-radius: 4px; padding: 4px 8px; }
`;

function unpacked(model) { // the arrays of embedding, GRU and dense layer, as one long row each
  const bytes = Uint8Array.from(atob(model.get("weights")), (c) => c.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer), [letters, size, units] = model.get("sizes");
  const lengths = [letters * size, size * 3 * units, units * 3 * units, 6 * units, units * letters, letters];
  let at = 0;
  return lengths.map((length) => numbers.subarray(at, at += length));
}

function times(row, matrix, columns, result) { // result += row · matrix
  for (let i = 0; i < row.length; i++) {
    const x = row[i], start = i * columns;
    for (let j = 0; j < columns; j++) result[j] += x * matrix[start + j];
  }
  return result;
}

function reader(model) { // read(k, h) returns the state after character number k
  const [vectors, Wx, Wh, b, V, c] = unpacked(model), [letters, size, n] = model.get("sizes");
  const sigma = (z) => 1 / (1 + Math.exp(-z));
  return {
    start: () => new Float64Array(n),
    read(k, h) {
      const x = times(vectors.subarray(k * size, (k + 1) * size), Wx, 3 * n, Float64Array.from(b.subarray(0, 3 * n)));
      const kept = times(h, Wh, 3 * n, Float64Array.from(b.subarray(3 * n)));
      return h.map((old, j) => {
        const z = sigma(x[j] + kept[j]), r = sigma(x[n + j] + kept[n + j]);
        return z * old + (1 - z) * Math.tanh(x[2 * n + j] + r * kept[2 * n + j]);
      });
    },
    logits: (h) => times(h, V, letters, Float64Array.from(c)),
  };
}

function render({ model, el }) {
  const letters = model.get("letters"), network = reader(model);
  const shownLetters = Math.min(10, letters.length);
  let state = network.start(), written = "", timer = null;

  const box = stage(el, "writer", { style: STYLE });
  const svg = drawing(box, WIDTH, shownLetters * ROW + 6);
  const bars = Array.from({ length: shownLetters }, (_, i) => bar(i));
  const panel = controls(box);
  const prime = beginning();
  const heat = slider(panel, "temperature", { min: 0, max: 2, step: 0.05,
    changed: (v) => { send(model, { temperature: v }); draw(); } });
  const row = buttons(panel);
  const play = button(row, "write", () => (timer ? stop() : go()));
  button(row, "one character", () => { stop(); step(); });
  button(row, "start again", () => { stop(); begin(); });
  const said = status(panel);
  const page = element("pre", { className: "page", tabIndex: 0 }, box);
  page.setAttribute("aria-label", "what was written");

  function bar(i) {
    const y = 3 + i * ROW, text = { fill: INK, "font-size": 12.5 };
    const name = node("text", { x: 52, y: y + 15, "text-anchor": "end", "font-family": "monospace", ...text }, svg);
    const block = node("rect", { x: 60, y: y + 2, height: ROW - 5, width: 0, fill: BLUE }, svg);
    const share = node("text", { x: 64, y: y + 15, ...text }, svg);
    return { name, block, share };
  }

  function beginning() {
    const label = element("label", {}, panel);
    element("span", { textContent: "it begins with" }, label);
    const input = element("input", { type: "text", value: model.get("prime"), maxLength: 80 }, label);
    input.setAttribute("aria-label", "the beginning");
    input.oninput = () => { stop(); send(model, { prime: input.value }); begin(); };
    return input;
  }

  function begin() {
    state = network.start();
    written = "";
    for (const letter of model.get("prime")) {
      const k = letters.indexOf(letter);
      if (k >= 0) state = network.read(k, state);
    }
    draw();
  }

  function probabilities() {
    const logits = Array.from(network.logits(state)), top = Math.max(...logits);
    const temperature = model.get("temperature");
    const powers = logits.map((z) => (temperature > 0 ? Math.exp((z - top) / temperature) : Number(z === top)));
    const sum = powers.reduce((a, p) => a + p, 0);
    return powers.map((p) => p / sum);
  }

  function step() {
    const p = probabilities();
    let left = Math.random(), k = 0;
    while (k < p.length - 1 && (left -= p[k]) > 0) k++;
    written += letters[k];
    state = network.read(k, state);
    if (written.length >= MOST) stop();
    draw();
  }

  function go() {
    play.textContent = "pause";
    timer = setInterval(() => (el.isConnected ? step() : stop()), PAUSE);
  }

  function stop() {
    if (timer) clearInterval(timer);
    timer = null;
    play.textContent = "write";
    say(said, written ? `${written.length} characters written` : "");
  }

  function draw() {
    heat.show(model.get("temperature"));
    const p = probabilities();
    const best = p.map((_, k) => k).sort((a, b) => p[b] - p[a]).slice(0, shownLetters);
    bars.forEach(({ name, block, share }, i) => {
      const letter = letters[best[i]], width = p[best[i]] * (WIDTH - 112);
      name.textContent = NAMES[letter] || letter;
      block.setAttribute("width", width.toFixed(1));
      share.setAttribute("x", 66 + width);
      share.textContent = `${(100 * p[best[i]]).toFixed(p[best[i]] < 0.1 ? 1 : 0)} %`;
    });
    page.replaceChildren();
    element("b", { textContent: model.get("prime") }, page);
    page.append(written);
    page.scrollTop = page.scrollHeight;
    const first = best.slice(0, 3).map((k) => `${NAMES[letters[k]] || letters[k]} ${Math.round(100 * p[k])} %`);
    described(svg, `What may come next: ${first.join(", ")}, and others.`);
  }

  model.on("change:temperature", draw);
  model.on("change:prime", () => {
    if (prime.value === model.get("prime")) return;
    prime.value = model.get("prime");
    stop();
    begin();
  });
  begin();
}

export default { render };
