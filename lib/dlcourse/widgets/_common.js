// What every experiment is built from: colors, controls, canvases. It stands before each widget's
// own script (`_script.py`), which therefore uses these names without declaring them again.
const BLUE = "#0C83C8", ORANGE = "#E0661B", GREEN = "#0B9E77", PURPLE = "#B9609B", GOLD = "#B88A00";
const SKY = "#4FA3D9", INK = "#787878", COLORS = [BLUE, ORANGE, GREEN, PURPLE, GOLD, SKY];
const SVG = "http://www.w3.org/2000/svg";

const COMMON_STYLE = `
.dlc { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: flex-start; max-width: 820px;
  font-family: var(--jp-ui-font-family, system-ui, sans-serif); font-size: 14px;
  color: var(--jp-ui-font-color1, CanvasText); }
.dlc h4 { flex-basis: 100%; margin: 4px 0 0; font-size: 15px; color: inherit; }
.dlc svg, .dlc canvas { max-width: 100%; }
.dlc svg { height: auto; }
.dlc .controls { min-width: 250px; flex: 1; }
.dlc label { display: grid; grid-template-columns: var(--words, 7.5em) 1fr var(--value, 3.6em);
  align-items: center; gap: 8px; margin: 8px 0; }
.dlc input[type=range] { width: 100%; accent-color: ${BLUE}; }
.dlc .value { text-align: right; font-variant-numeric: tabular-nums; }
.dlc .buttons { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0; }
.dlc button, .dlc select { font: inherit; color: inherit; background: none; border: 1px solid ${INK};
  border-radius: 4px; padding: 3px 12px; }
.dlc select { grid-column: 2 / 4; padding: 3px 6px; }
.dlc option { color: CanvasText; background: Canvas; }
.dlc button { cursor: pointer; }
.dlc button:hover { background: color-mix(in srgb, ${INK} 18%, transparent); }
.dlc button:disabled { opacity: 0.4; cursor: default; }
.dlc button[aria-pressed=true] { background: color-mix(in srgb, ${BLUE} 22%, transparent); border-color: ${BLUE}; }
.dlc .count { font-size: 22px; font-weight: 650; margin: 12px 0 4px; font-variant-numeric: tabular-nums; }
.dlc .status { margin: 8px 0 4px; line-height: 1.5; font-variant-numeric: tabular-nums; }
.dlc :focus-visible { outline: 2px solid ${BLUE}; outline-offset: 2px; }
`;

function node(name, attributes, parent) { // of an SVG
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  parent.append(made);
  return made;
}

function element(name, properties, parent) {
  const made = Object.assign(document.createElement(name), properties);
  // Without this mark JupyterLab takes arrow keys and Enter away from what has the focus.
  if (["input", "button", "select"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

// The frame of a widget, with its title if it has one; `style` holds declarations and rules for this
// frame alone, nested in its class so that they win over the common ones.
function stage(el, name, { title = "", style = "" } = {}) {
  const box = element("div", { className: `dlc dlc-${name}` }, el);
  element("style", { textContent: `${COMMON_STYLE}.dlc.dlc-${name} { ${style} }` }, box);
  if (title) element("h4", { textContent: title }, box);
  return box;
}

function controls(box) {
  return element("div", { className: "controls" }, box);
}

// A drawing in SVG. Say what it shows with `described` each time it changes.
function drawing(box, width, height) {
  return node("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, box);
}

// A canvas with twice as many pixels as are shown; its context is scaled to the size shown.
function canvas(box, width, height, className = "") {
  const made = element("canvas", { width: 2 * width, height: 2 * height, className }, box);
  made.style.width = `${width}px`;
  made.style.aspectRatio = `${width} / ${height}`;
  made.setAttribute("role", "img");
  made.getContext("2d").scale(2, 2);
  return made;
}

function described(picture, words) {
  picture.setAttribute("aria-label", words);
}

// A labelled slider. `show(value)` moves it; `changed(value)` is called when the reader does.
// `toSlider` and `fromSlider` are for scales that are not even, `spoken` for words in symbols.
function slider(panel, words, { min, max, step, changed, shown = tidy, spoken = words,
                                toSlider = (v) => v, fromSlider = (v) => v }) {
  const label = element("label", {}, panel);
  element("span", { textContent: words }, label);
  const input = element("input", { type: "range", min, max, step }, label);
  input.setAttribute("aria-label", spoken);
  const output = element("span", { className: "value" }, label);
  output.setAttribute("aria-hidden", "true"); // the slider says it
  const write = (value) => {
    output.textContent = shown(value);
    input.setAttribute("aria-valuetext", shown(value));
  };
  input.oninput = () => {
    const value = fromSlider(Number(input.value));
    write(value);
    changed(value);
  };
  return { input, show: (value) => { input.value = toSlider(value); write(value); } };
}

// A labelled list to choose from; `show(value)` chooses.
function choice(panel, words, options, changed) {
  const label = element("label", {}, panel);
  element("span", { textContent: words }, label);
  const select = element("select", {}, label);
  select.setAttribute("aria-label", words);
  for (const value of options) element("option", { value, textContent: value }, select);
  select.onchange = () => changed(select.value);
  return { select, show: (value) => { select.value = value; } };
}

function buttons(panel) {
  return element("div", { className: "buttons" }, panel);
}

function button(row, text, onclick) {
  return element("button", { type: "button", textContent: text, onclick }, row);
}

// A line that a screen reader speaks when it changes; change it with `say`, not while things move.
function status(panel, className = "status") {
  const line = element("p", { className }, panel);
  line.setAttribute("role", "status");
  return line;
}

function say(line, words) { // the same words again are not spoken again
  if (line.textContent !== words) line.textContent = words;
}

function send(model, values) { // to the kernel, all at once
  for (const [key, value] of Object.entries(values)) model.set(key, value);
  model.save_changes();
}

function tidy(value, digits = 2) { // a number with a real minus sign, and none before a zero
  const said = Number(value).toFixed(digits);
  return Number(said) ? said.replace("-", "−") : said.replace("-", "");
}

// A point of the upper class as a blue circle, of the lower as an orange square.
function classMark(parent, x, y, isUpper, r) {
  const look = { fill: isUpper ? BLUE : ORANGE, stroke: "white", "stroke-width": 1.2, "pointer-events": "none" };
  return isUpper
    ? node("circle", { cx: x, cy: y, r, ...look }, parent)
    : node("rect", { x: x - 0.9 * r, y: y - 0.9 * r, width: 1.8 * r, height: 1.8 * r, ...look }, parent);
}
