// Runs a character GRU: generates text and draws the probabilities of the next character.
const WIDTH = 330, ROW = 22, MAX_CHARACTERS = 1500, INTERVAL = 45;
const NAMES = { " ": "space", "\n": "line" };

const STYLE = `
  --label-width: 6.6em; --value-width: 3.2em;
  .page { flex-basis: 100%; margin: 4px 0 0; padding: 8px 12px; min-height: 7.5em; max-height: 16em; overflow: auto;
    white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid ${INK}; border-radius: 4px;
    font: 13px/1.5 var(--jp-code-font-family, monospace); color: inherit; background: none; }
  .page b { font-weight: 650; color: ${BLUE}; }
  input[type=text] { grid-column: 2 / 4; font: 13px var(--jp-code-font-family, monospace); color: inherit;
    background: none; border: 1px solid ${INK}; border-radius: 4px; padding: 4px 8px; }
`;

function unpack(model) { // the arrays of embedding, GRU and dense layer, flattened
  const bytes = Uint8Array.from(atob(model.get("weights")), (c) => c.charCodeAt(0));
  const numbers = new Float32Array(bytes.buffer), [letters, size, units] = model.get("sizes");
  const lengths = [letters * size, size * 3 * units, units * 3 * units, 6 * units, units * letters, letters];
  let at = 0;
  return lengths.map((length) => numbers.subarray(at, at += length));
}

function addProduct(row, matrix, columns, result) { // result += row · matrix
  for (let i = 0; i < row.length; i++) {
    const x = row[i], start = i * columns;
    for (let j = 0; j < columns; j++) result[j] += x * matrix[start + j];
  }
  return result;
}

function network(model) { // step(k, h) returns the state after character number k
  const [vectors, Wx, Wh, b, V, c] = unpack(model), [letters, size, n] = model.get("sizes");
  const sigma = (z) => 1 / (1 + Math.exp(-z));
  return {
    initialState: () => new Float64Array(n),
    step(k, h) {
      const fromInput = addProduct(vectors.subarray(k * size, (k + 1) * size), Wx, 3 * n, Float64Array.from(b.subarray(0, 3 * n)));
      const fromState = addProduct(h, Wh, 3 * n, Float64Array.from(b.subarray(3 * n)));
      return h.map((old, j) => {
        const z = sigma(fromInput[j] + fromState[j]), r = sigma(fromInput[n + j] + fromState[n + j]);
        return z * old + (1 - z) * Math.tanh(fromInput[2 * n + j] + r * fromState[2 * n + j]);
      });
    },
    logits: (h) => addProduct(h, V, letters, Float64Array.from(c)),
  };
}

function render({ model, el }) {
  const letters = model.get("letters"), gru = network(model);
  const nBars = Math.min(10, letters.length);
  let state = gru.initialState(), generated = "", timer = null;

  const box = stage(el, "text-generator", { style: STYLE });
  const svg = drawing(box, WIDTH, nBars * ROW + 6);
  const bars = Array.from({ length: nBars }, (_, i) => bar(i));
  const panel = controls(box);
  const prime = startText();
  const temperature = slider(panel, "temperature", { min: 0, max: 2, step: 0.05,
    onChange: (v) => { send(model, { temperature: v }); draw(); } });
  const row = buttons(panel);
  const play = button(row, "generate", () => (timer ? stop() : go()));
  button(row, "one character", () => { stop(); step(); });
  button(row, "start again", () => { stop(); begin(); });
  const summary = status(panel);
  const page = element("pre", { className: "page", tabIndex: 0 }, box);
  page.setAttribute("aria-label", "generated text");

  function bar(i) {
    const y = 3 + i * ROW, text = { fill: INK, "font-size": 12.5 };
    const name = node("text", { x: 52, y: y + 15, "text-anchor": "end", "font-family": "monospace", ...text }, svg);
    const block = node("rect", { x: 60, y: y + 2, height: ROW - 5, width: 0, fill: BLUE }, svg);
    const percent = node("text", { x: 64, y: y + 15, ...text }, svg);
    return { name, block, percent };
  }

  function startText() {
    const label = element("label", {}, panel);
    element("span", { textContent: "start text" }, label);
    const input = element("input", { type: "text", value: model.get("prime"), maxLength: 80 }, label);
    input.setAttribute("aria-label", "start text");
    input.oninput = () => { stop(); send(model, { prime: input.value }); begin(); };
    return input;
  }

  function begin() {
    state = gru.initialState();
    generated = "";
    for (const letter of model.get("prime")) {
      const k = letters.indexOf(letter);
      if (k >= 0) state = gru.step(k, state);
    }
    draw();
  }

  function probabilities() {
    const logits = Array.from(gru.logits(state)), top = Math.max(...logits);
    const temperature = model.get("temperature");
    const powers = logits.map((z) => (temperature > 0 ? Math.exp((z - top) / temperature) : Number(z === top)));
    const sum = powers.reduce((a, p) => a + p, 0);
    return powers.map((p) => p / sum);
  }

  function step() {
    const p = probabilities();
    let left = Math.random(), k = 0;
    while (k < p.length - 1 && (left -= p[k]) > 0) k++;
    generated += letters[k];
    state = gru.step(k, state);
    if (generated.length >= MAX_CHARACTERS) stop();
    draw();
  }

  function go() {
    play.textContent = "pause";
    timer = setInterval(() => (el.isConnected ? step() : stop()), INTERVAL);
  }

  function stop() {
    if (timer) clearInterval(timer);
    timer = null;
    play.textContent = "generate";
    announce(summary, generated ? `${generated.length} characters generated` : "");
  }

  function draw() {
    temperature.show(model.get("temperature"));
    const p = probabilities();
    const best = p.map((_, k) => k).sort((a, b) => p[b] - p[a]).slice(0, nBars);
    bars.forEach(({ name, block, percent }, i) => {
      const letter = letters[best[i]], width = p[best[i]] * (WIDTH - 112);
      name.textContent = NAMES[letter] || letter;
      block.setAttribute("width", width.toFixed(1));
      percent.setAttribute("x", 66 + width);
      percent.textContent = `${(100 * p[best[i]]).toFixed(p[best[i]] < 0.1 ? 1 : 0)} %`;
    });
    page.replaceChildren();
    element("b", { textContent: model.get("prime") }, page);
    page.append(generated);
    page.scrollTop = page.scrollHeight;
    const first = best.slice(0, 3).map((k) => `${NAMES[letters[k]] || letters[k]} ${Math.round(100 * p[k])} %`);
    describe(svg, `Most probable next characters: ${first.join(", ")}`);
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
