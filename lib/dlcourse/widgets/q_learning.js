// A maze, a walker, and a table of four numbers a cell that learns from every step.
const MOVES = [[0, -1], [1, 0], [0, 1], [-1, 0]], ARROWS = ["up", "right", "down", "left"];
const PAYS = { G: 1, g: 0.2, P: -1 }, ENDS = { G: ["goal", BLUE], g: ["small", SKY], P: ["pit", ORANGE] };
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]]; // of a cell, clockwise from the upper left

const STYLE = `
  --words: 5.2em; --value: 2.8em;
  .story { min-height: 9em; line-height: 1.5; font-variant-numeric: tabular-nums; }
  .count { font-size: 18px; }
`;

function render({ model, el }) {
  const rows = model.get("rows"), height = rows.length, width = rows[0].length;
  const size = Math.min(76, 470 / width), letters = rows.join("");
  const start = letters.indexOf("S");
  let random, table, at, episode, steps, lengths, last, timer = null;

  const box = stage(el, "qlearning", { style: STYLE });
  const svg = drawing(box, width * size + 2, height * size + 2);
  const world = node("g", { transform: "translate(1, 1)" }, svg);
  const corners = [...letters].map((letter, state) => cell(letter, state));
  const frame = node("rect", { width: size, height: size, fill: "none", stroke: GREEN, "stroke-width": 3 }, world);
  const walker = node("circle", { r: 0.13 * size, fill: INK, stroke: "white", "stroke-width": 2 }, world);

  const panel = controls(box), row = buttons(panel);
  button(row, "one step", () => { stop(); step(); draw(true); });
  button(row, "one episode", () => { stop(); finish(); draw(true); });
  const play = button(row, "▶ run", () => (timer ? stop() : run()));
  button(row, "start over", () => { stop(); reset(); draw(true); });
  const alpha = slider(panel, "α", { min: 0.05, max: 1, step: 0.05, spoken: "alpha, the learning rate",
    changed: (v) => send(model, { alpha: v }) });
  const gamma = slider(panel, "γ", { min: 0, max: 1, step: 0.05, spoken: "gamma, the discount",
    changed: (v) => send(model, { gamma: v }) });
  const epsilon = slider(panel, "ε", { min: 0, max: 1, step: 0.05, spoken: "epsilon, the share of random steps",
    changed: (v) => send(model, { epsilon: v }) });
  const count = element("p", { className: "count" }, panel);
  const story = status(panel, "story");

  function cell(letter, state) { // its four triangles with their numbers, or null where nobody walks
    const x = state % width * size, y = Math.floor(state / width) * size;
    const look = { x, y, width: size, height: size, stroke: INK, "stroke-opacity": 0.5 };
    if (letter === "#") {
      node("rect", { ...look, fill: INK, "fill-opacity": 0.55 }, world);
      return null;
    }
    if (letter in ENDS) {
      const [name, fill] = ENDS[letter];
      node("rect", { ...look, fill, "fill-opacity": 0.9 }, world);
      node("text", { x: x + size / 2, y: y + size * 0.31, "text-anchor": "middle", fill: "white",
        "font-size": 14, "font-weight": 650 }, world).textContent = name;
      return null;
    }
    node("rect", { ...look, fill: "none" }, world);
    const middle = `${x + size / 2},${y + size / 2}`;
    const parts = MOVES.map(([dx, dy], action) => {
      const [a, b] = [CORNERS[action], CORNERS[(action + 1) % 4]].map(
        ([right, down]) => `${x + right * size},${y + down * size}`);
      const area = node("polygon", { points: `${middle} ${a} ${b}`, stroke: INK, "stroke-opacity": 0.3,
        "stroke-width": 0.6 }, world);
      const text = node("text", { x: x + size * (0.5 + 0.32 * dx), y: y + size * (0.5 + 0.34 * dy) + 3.5,
        "text-anchor": "middle", fill: "currentColor", "font-size": size > 60 ? 10.5 : 9 }, world);
      return { area, text };
    });
    if (letter === "S")
      node("text", { x: x + 3, y: y + 10, fill: "currentColor", "font-size": 9 }, world).textContent = "start";
    return parts;
  }

  function reset() {
    let a = 0x9e3779b9 ^ model.get("seed"); // mulberry32: the same walk for the same seed
    random = () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    table = [...letters].map(() => [0, 0, 0, 0]);
    at = start; episode = 1; steps = 0; lengths = []; last = null;
  }

  function lands(state, action) {
    const x = state % width + MOVES[action][0], y = Math.floor(state / width) + MOVES[action][1];
    const is_free = x >= 0 && x < width && y >= 0 && y < height && rows[y][x] !== "#";
    return is_free ? y * width + x : state;
  }

  function step() { // one step, one correction of the table; returns whether the episode is over
    if (letters[at] in PAYS) { at = start; episode += 1; steps = 0; }
    const said = table[at], best = Math.max(...said), tied = [0, 1, 2, 3].filter((a) => said[a] === best);
    const explores = random() < model.get("epsilon");
    const action = explores ? Math.floor(4 * random()) : tied[Math.floor(tied.length * random())];
    const next = lands(at, action), reward = PAYS[letters[next]] || 0, over = letters[next] in PAYS;
    const follows = over ? 0 : Math.max(...table[next]), target = reward + model.get("gamma") * follows;
    const before = said[action];
    said[action] += model.get("alpha") * (target - before);
    last = { at, action, reward, over, follows, target, before, after: said[action], explores };
    at = next; steps += 1;
    if (over) lengths.push(steps);
    return over;
  }

  function finish() {
    for (let i = 0; i < 2000; i += 1) if (step()) return;
  }

  function told() {
    if (last === null) return "The table is empty: 0 everywhere. Take a step.";
    const { action, reward, over, follows, target, before, after, explores } = last;
    const sum = over ? `${tidy(reward)} (and the episode is over)`
      : `${tidy(reward)} + ${tidy(model.get("gamma"))} · ${tidy(follows)} = ${tidy(target)}`;
    return `${explores ? "A random step" : "The best known step"}: ${ARROWS[action]}. Target ${sum}. ` +
      `The table said ${tidy(before)}, δ = ${tidy(target - before)}, and now says ${tidy(after)} (framed cell).`;
  }

  function draw(speaks) {
    alpha.show(model.get("alpha")); gamma.show(model.get("gamma")); epsilon.show(model.get("epsilon"));
    corners.forEach((parts, state) => parts && parts.forEach(({ area, text }, action) => {
      const value = table[state][action];
      area.setAttribute("fill", value < 0 ? ORANGE : BLUE);
      area.setAttribute("fill-opacity", Math.min(1, Math.abs(value)) * 0.8);
      text.textContent = Math.abs(value) < 0.005 ? "0" : tidy(value);
    }));
    walker.setAttribute("cx", (at % width + 0.5) * size);
    walker.setAttribute("cy", (Math.floor(at / width) + 0.5) * size);
    frame.style.display = last ? "" : "none";
    if (last) {
      frame.setAttribute("x", last.at % width * size);
      frame.setAttribute("y", Math.floor(last.at / width) * size);
    }
    const ten = lengths.slice(-10), mean = ten.reduce((a, b) => a + b, 0) / Math.max(1, ten.length);
    count.textContent = `episode ${episode}, step ${steps}` +
      (ten.length ? ` · last ${ten.length}: ${tidy(mean, 1)} steps each` : "");
    if (speaks) say(story, told());
    else story.textContent = "It walks; pause to read what the last step did.";
    described(svg, `A maze; each cell shows what the table says of its four actions. ${count.textContent}. ${told()}`);
  }

  function run() {
    play.textContent = "❚❚ pause";
    timer = setInterval(() => { step(); draw(false); }, 60);
  }

  function stop() {
    clearInterval(timer);
    if (timer) { timer = null; draw(true); }
    play.textContent = "▶ run";
  }

  reset();
  model.on("change:alpha change:gamma change:epsilon", () => draw(timer === null));
  draw(true);
  return () => clearInterval(timer); // no timer outlives the view
}

export default { render };
