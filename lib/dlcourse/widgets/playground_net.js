// The network of the playground and its training; playground.js draws it.
// _playground_net.py computes the same numbers; a test compares the two.

function generator(seed) { // mulberry32: the same numbers for the same seed, here and in Python
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6D2B79F5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const FEATURES = {
  x1: (a, b) => a, x2: (a, b) => b, "x1²": (a, b) => a * a, "x2²": (a, b) => b * b,
  "x1x2": (a, b) => a * b, "sin 5x1": (a, b) => Math.sin(5 * a), "sin 5x2": (a, b) => Math.sin(5 * b),
};

const logistic = (z) => 1 / (1 + Math.exp(-z));
const ACTIVATIONS = { // the activation, and its derivative as a function of its value
  tanh: [Math.tanh, (a) => 1 - a * a],
  relu: [(z) => Math.max(z, 0), (a) => (a > 0 ? 1 : 0)],
  sigmoid: [logistic, (a) => a * (1 - a)],
  linear: [(z) => z, () => 1],
};

// An untrained network: layers { W: one row per input, b } and the random generator that shuffles.
function start(settings) {
  const random = generator(settings.seed), sizes = [settings.features.length, ...settings.hidden, 1];
  const layers = [];
  for (let i = 1; i < sizes.length; i++) {
    const reach = Math.sqrt(6 / (sizes[i - 1] + sizes[i])); // Glorot's uniform weights
    const W = Array.from({ length: sizes[i - 1] }, () =>
      Array.from({ length: sizes[i] }, () => reach * (2 * random() - 1)));
    layers.push({ W, b: new Array(sizes[i]).fill(0) });
  }
  return { layers, random, epoch: 0 };
}

// The outputs of all layers for one point, from the inputs to [probability of class 1].
function forward(layers, activation, inputs) {
  const activate = ACTIVATIONS[activation][0], all = [inputs];
  layers.forEach(({ W, b }, i) => {
    const below = all[i], f = i + 1 < layers.length ? activate : logistic;
    all.push(b.map((bias, j) => {
      let z = bias;
      for (let k = 0; k < below.length; k++) z += below[k] * W[k][j];
      return f(z);
    }));
  });
  return all;
}

// Train for one epoch: all examples in random order, one gradient step per minibatch of ten.
function trainEpoch(net, settings, inputs, labels) {
  const order = labels.map((_, i) => i);
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(net.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  for (let at = 0; at < order.length; at += settings.batch)
    trainStep(net.layers, settings, order.slice(at, at + settings.batch), inputs, labels);
  net.epoch += 1;
}

function trainStep(layers, settings, batch, inputs, labels) {
  const derivative = ACTIVATIONS[settings.activation][1];
  const sums = layers.map(({ W, b }) => ({ W: W.map((row) => row.map(() => 0)), b: b.map(() => 0) }));
  for (const n of batch) {
    const all = forward(layers, settings.activation, inputs[n]);
    let error = [all[all.length - 1][0] - labels[n]]; // p - y: the gradient of log loss and logistic unit
    for (let i = layers.length - 1; i >= 0; i--) {
      const below = all[i], { W } = layers[i];
      for (let j = 0; j < error.length; j++) {
        sums[i].b[j] += error[j];
        for (let k = 0; k < below.length; k++) sums[i].W[k][j] += error[j] * below[k];
      }
      if (i > 0) error = below.map((a, k) => derivative(a) * W[k].reduce((s, w, j) => s + w * error[j], 0));
    }
  }
  const rate = settings.rate;
  layers.forEach(({ W, b }, i) => {
    b.forEach((_, j) => { b[j] -= (rate * sums[i].b[j]) / batch.length; });
    W.forEach((row, k) => row.forEach((w, j) => {
      row[j] = applyPenalty(w - (rate * sums[i].W[k][j]) / batch.length, w, settings);
    }));
  });
}

// The moved weight after the penalty. L2 subtracts a fraction; L1 a constant, but not across zero.
function applyPenalty(moved, weight, { penalty, penaltyRate, rate }) {
  if (penalty === "L2") return moved - rate * penaltyRate * weight;
  if (penalty !== "L1") return moved;
  const amount = rate * penaltyRate;
  return Math.abs(moved) <= amount ? 0 : moved - Math.sign(moved) * amount;
}

function logLoss(layers, activation, inputs, labels) {
  let total = 0;
  inputs.forEach((input, n) => {
    const p = forward(layers, activation, input).pop()[0];
    total -= Math.log(Math.max(labels[n] ? p : 1 - p, 1e-12));
  });
  return total / labels.length;
}
