// Shared by all widgets: colors, controls, drawings. `_script.py` joins this file with each widget's
// own script, which can therefore use these names.
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
.dlc label { display: grid; grid-template-columns: var(--label-width, 7.5em) 1fr var(--value-width, 3.6em);
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
  // Without this attribute JupyterLab handles arrow keys and Enter itself.
  if (["input", "button", "select"].includes(name)) made.dataset.lmSuppressShortcuts = "true";
  parent.append(made);
  return made;
}

// The frame of a widget, with an optional title. `style` holds CSS declarations and rules for this
// frame only; they are nested in its class so that they override the common ones.
function stage(el, name, { title = "", style = "" } = {}) {
  const box = element("div", { className: `dlc dlc-${name}` }, el);
  element("style", { textContent: `${COMMON_STYLE}.dlc.dlc-${name} { ${style} }` }, box);
  if (title) element("h4", { textContent: title }, box);
  return box;
}

function controls(box) {
  return element("div", { className: "controls" }, box);
}

// An SVG drawing. Call `describe` each time it changes.
function drawing(box, width, height) {
  return node("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" }, box);
}

// A canvas with twice the displayed resolution; its context is scaled to the displayed size.
function canvas(box, width, height, className = "") {
  const made = element("canvas", { width: 2 * width, height: 2 * height, className }, box);
  made.style.width = `${width}px`;
  made.style.aspectRatio = `${width} / ${height}`;
  made.setAttribute("role", "img");
  made.getContext("2d").scale(2, 2);
  return made;
}

function describe(picture, text) { // sets the text alternative
  picture.setAttribute("aria-label", text);
}

// A labeled slider. `show(value)` moves it; `onChange(value)` is called when the user moves it.
// `toSlider` and `fromSlider` define a nonlinear scale; `ariaLabel` replaces a label in symbols.
function slider(panel, text, { min, max, step, onChange, format = tidy, ariaLabel = text,
                                toSlider = (v) => v, fromSlider = (v) => v }) {
  const label = element("label", {}, panel);
  element("span", { textContent: text }, label);
  const input = element("input", { type: "range", min, max, step }, label);
  input.setAttribute("aria-label", ariaLabel);
  const output = element("span", { className: "value" }, label);
  output.setAttribute("aria-hidden", "true"); // screen readers read the slider
  const write = (value) => {
    output.textContent = format(value);
    input.setAttribute("aria-valuetext", format(value));
  };
  input.oninput = () => {
    const value = fromSlider(Number(input.value));
    write(value);
    onChange(value);
  };
  return { input, show: (value) => { input.value = toSlider(value); write(value); } };
}

// A labeled list of options. `show(value)` selects one; `onChange(value)` is called when the user does.
function choice(panel, text, options, onChange) {
  const label = element("label", {}, panel);
  element("span", { textContent: text }, label);
  const select = element("select", {}, label);
  select.setAttribute("aria-label", text);
  for (const value of options) element("option", { value, textContent: value }, select);
  select.onchange = () => onChange(select.value);
  return { select, show: (value) => { select.value = value; } };
}

function buttons(panel) {
  return element("div", { className: "buttons" }, panel);
}

function button(row, text, onclick) {
  return element("button", { type: "button", textContent: text, onclick }, row);
}

// A line that screen readers read when it changes. Change it with `announce`, but not in animations.
function status(panel, className = "status") {
  const line = element("p", { className }, panel);
  line.setAttribute("role", "status");
  return line;
}

function announce(line, text) { // unchanged text is not read again
  if (line.textContent !== text) line.textContent = text;
}

function send(model, values) { // sends all values to the kernel at once
  for (const [key, value] of Object.entries(values)) model.set(key, value);
  model.save_changes();
}

function tidy(value, digits = 2) { // a number with a typographic minus sign, and no sign before zero
  const text = Number(value).toFixed(digits);
  return Number(text) ? text.replace("-", "−") : text.replace("-", "");
}

// A point: a blue circle in the upper class, an orange square in the lower class.
function classMark(parent, x, y, isUpper, r) {
  const style = { fill: isUpper ? BLUE : ORANGE, stroke: "white", "stroke-width": 1.2, "pointer-events": "none" };
  return isUpper
    ? node("circle", { cx: x, cy: y, r, ...style }, parent)
    : node("rect", { x: x - 0.9 * r, y: y - 0.9 * r, width: 1.8 * r, height: 1.8 * r, ...style }, parent);
}
