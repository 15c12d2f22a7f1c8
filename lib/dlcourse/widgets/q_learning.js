// Q-learning in a maze: draws the maze, the agent and the four action values of each cell.
const MOVES = [[0, -1], [1, 0], [0, 1], [-1, 0]], ACTIONS = ["up", "right", "down", "left"];
const REWARDS = { G: 1, g: 0.2, P: -1 }, ENDS = { G: ["goal", BLUE], g: ["small", SKY], P: ["pit", ORANGE] };
const CORNERS = [[0, 0], [1, 0], [1, 1], [0, 1]]; // of a cell, clockwise from the upper left

const STYLE = `
  --label-width: 5.2em; --value-width: 2.8em;
  .story { min-height: 9em; line-height: 1.5; font-variant-numeric: tabular-nums; }
  .count { font-size: 18px; }
`;

function render({ model, el }) {
  const rows = model.get("rows"), height = rows.length, width = rows[0].length;
  const size = Math.min(76, 470 / width), letters = rows.join("");
  const start = letters.indexOf("S");
  let random, table, at, episode, steps, lengths, last, timer = null;

  const box = stage(el, "q-learning", { style: STYLE });
  const svg = drawing(box, width * size + 2, height * size + 2);
  const maze = node("g", { transform: "translate(1, 1)" }, svg);
  const corners = [...letters].map((letter, state) => cell(letter, state));
  const frame = node("rect", { width: size, height: size, fill: "none", stroke: GREEN, "stroke-width": 3 }, maze);
  const agent = node("circle", { r: 0.13 * size, fill: INK, stroke: "white", "stroke-width": 2 }, maze);

  const panel = controls(box), row = buttons(panel);
  button(row, "one step", () => { stop(); step(); draw(true); });
  button(row, "one episode", () => { stop(); finish(); draw(true); });
  const play = button(row, "▶ run", () => (timer ? stop() : run()));
  button(row, "start over", () => { stop(); reset(); draw(true); });
  const alpha = slider(panel, "α", { min: 0.05, max: 1, step: 0.05, ariaLabel: "alpha, the learning rate",
    onChange: (v) => send(model, { alpha: v }) });
  const gamma = slider(panel, "γ", { min: 0, max: 1, step: 0.05, ariaLabel: "gamma, the discount",
    onChange: (v) => send(model, { gamma: v }) });
  const epsilon = slider(panel, "ε", { min: 0, max: 1, step: 0.05, ariaLabel: "epsilon, the probability of a random action",
    onChange: (v) => send(model, { epsilon: v }) });
  const count = element("p", { className: "count" }, panel);
  const story = status(panel, "story");

  function cell(letter, state) { // the four triangles and numbers of a cell, or null for walls and terminal cells
    const x = state % width * size, y = Math.floor(state / width) * size;
    const style = { x, y, width: size, height: size, stroke: INK, "stroke-opacity": 0.5 };
    if (letter === "#") {
      node("rect", { ...style, fill: INK, "fill-opacity": 0.55 }, maze);
      return null;
    }
    if (letter in ENDS) {
      const [name, fill] = ENDS[letter];
      node("rect", { ...style, fill, "fill-opacity": 0.9 }, maze);
      node("text", { x: x + size / 2, y: y + size * 0.31, "text-anchor": "middle", fill: "white",
        "font-size": 14, "font-weight": 650 }, maze).textContent = name;
      return null;
    }
    node("rect", { ...style, fill: "none" }, maze);
    const middle = `${x + size / 2},${y + size / 2}`;
    const parts = MOVES.map(([dx, dy], action) => {
      const [a, b] = [CORNERS[action], CORNERS[(action + 1) % 4]].map(
        ([right, down]) => `${x + right * size},${y + down * size}`);
      const area = node("polygon", { points: `${middle} ${a} ${b}`, stroke: INK, "stroke-opacity": 0.3,
        "stroke-width": 0.6 }, maze);
      const text = node("text", { x: x + size * (0.5 + 0.32 * dx), y: y + size * (0.5 + 0.34 * dy) + 3.5,
        "text-anchor": "middle", fill: "currentColor", "font-size": size > 60 ? 10.5 : 9 }, maze);
      return { area, text };
    });
    if (letter === "S")
      node("text", { x: x + 3, y: y + 10, fill: "currentColor", "font-size": 9 }, maze).textContent = "start";
    return parts;
  }

  function reset() {
    let a = 0x9e3779b9 ^ model.get("seed"); // mulberry32: the same choices for the same seed
    random = () => {
      a = (a + 0x6d2b79f5) | 0;
      let t = Math.imul(a ^ (a >>> 15), 1 | a);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    table = [...letters].map(() => [0, 0, 0, 0]);
    at = start; episode = 1; steps = 0; lengths = []; last = null;
  }

  function nextState(state, action) {
    const x = state % width + MOVES[action][0], y = Math.floor(state / width) + MOVES[action][1];
    const isFree = x >= 0 && x < width && y >= 0 && y < height && rows[y][x] !== "#";
    return isFree ? y * width + x : state;
  }

  function step() { // moves, updates the table and returns whether the episode is over
    if (letters[at] in REWARDS) { at = start; episode += 1; steps = 0; }
    const values = table[at], best = Math.max(...values), tied = [0, 1, 2, 3].filter((a) => values[a] === best);
    const explores = random() < model.get("epsilon");
    const action = explores ? Math.floor(4 * random()) : tied[Math.floor(tied.length * random())];
    const next = nextState(at, action), reward = REWARDS[letters[next]] || 0, over = letters[next] in REWARDS;
    const follows = over ? 0 : Math.max(...table[next]), target = reward + model.get("gamma") * follows;
    const before = values[action];
    values[action] += model.get("alpha") * (target - before);
    last = { at, action, reward, over, follows, target, before, after: values[action], explores };
    at = next; steps += 1;
    if (over) lengths.push(steps);
    return over;
  }

  function finish() {
    for (let i = 0; i < 2000; i += 1) if (step()) return;
  }

  function explain() {
    if (last === null) return "All values are 0. Take a step.";
    const { action, reward, over, follows, target, before, after, explores } = last;
    const sum = over ? `${tidy(reward)} (end of the episode)`
      : `${tidy(reward)} + ${tidy(model.get("gamma"))} · ${tidy(follows)} = ${tidy(target)}`;
    return `${explores ? "Random action" : "Greedy action"}: ${ACTIONS[action]}. Target ${sum}. ` +
      `Old value ${tidy(before)}, δ = ${tidy(target - before)}, new value ${tidy(after)} (framed cell).`;
  }

  function draw(announces) {
    alpha.show(model.get("alpha")); gamma.show(model.get("gamma")); epsilon.show(model.get("epsilon"));
    corners.forEach((parts, state) => parts && parts.forEach(({ area, text }, action) => {
      const value = table[state][action];
      area.setAttribute("fill", value < 0 ? ORANGE : BLUE);
      area.setAttribute("fill-opacity", Math.min(1, Math.abs(value)) * 0.8);
      text.textContent = Math.abs(value) < 0.005 ? "0" : tidy(value);
    }));
    agent.setAttribute("cx", (at % width + 0.5) * size);
    agent.setAttribute("cy", (Math.floor(at / width) + 0.5) * size);
    frame.style.display = last ? "" : "none";
    if (last) {
      frame.setAttribute("x", last.at % width * size);
      frame.setAttribute("y", Math.floor(last.at / width) * size);
    }
    const ten = lengths.slice(-10), mean = ten.reduce((a, b) => a + b, 0) / Math.max(1, ten.length);
    count.textContent = `episode ${episode}, step ${steps}` +
      (ten.length ? ` · last ${ten.length}: ${tidy(mean, 1)} steps on average` : "");
    if (announces) announce(story, explain());
    else story.textContent = "Running. Pause to see the last step.";
    describe(svg, `A maze; each cell shows the values of its four actions. ${count.textContent}. ${explain()}`);
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
  return () => clearInterval(timer); // stops the timer when the view is removed
}

export default { render };
