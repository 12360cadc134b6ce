// Chapter 1.4: three samplers on two bumps, with the exact best guess in the network's place.

/** E[x_0 | x_t]: each bump's own guess, weighted by how well the bump explains x_t. */
function expectedX0(x, ab, {weights, means, stds}) {
  let sum = 0, total = 0;
  weights.forEach((weight, k) => {
    const variance = ab * stds[k] ** 2 + 1 - ab; // of this bump at time t
    const offset = x - Math.sqrt(ab) * means[k];
    const share = weight * Math.exp(-(offset ** 2) / (2 * variance)) / Math.sqrt(variance);
    total += share;
    sum += share * (means[k] + Math.sqrt(ab) * stds[k] ** 2 / variance * offset);
  });
  return sum / total;
}

/** The posterior (1-11a) with the guess in the place of x_0, and fresh noise. */
function ancestral({ab, x, x0}, abS, history, eps) {
  const alpha = ab / abS;
  const mean = Math.sqrt(abS) * (1 - alpha) / (1 - ab) * x0 + Math.sqrt(alpha) * (1 - abS) / (1 - ab) * x;
  return mean + Math.sqrt((1 - abS) / (1 - ab) * (1 - alpha)) * eps;
}

/** DDIM: the guessed noise is kept. */
function ddim({ab, x, x0}, abS) {
  const eps = (x - Math.sqrt(ab) * x0) / Math.sqrt(1 - ab);
  return Math.sqrt(abS) * x0 + Math.sqrt(1 - abS) * eps;
}

/** DPM-Solver++(2M): the guess is carried on along a line through the last two, in log-SNR. */
function dpmSolver({ab, x, x0}, abS, before) {
  let D = x0;
  if (before && abS < 1) {
    const logSnr = (ab) => Math.log(ab) - Math.log1p(-ab);
    const ratio = (logSnr(abS) - logSnr(ab)) / (logSnr(ab) - logSnr(before.ab));
    D = x0 + ratio / 2 * (x0 - before.x0);
  }
  const sigmaRatio = Math.sqrt((1 - abS) / (1 - ab));
  return sigmaRatio * x + (Math.sqrt(abS) - Math.sqrt(ab) * sigmaRatio) * D;
}

const SAMPLERS = {ancestral, ddim, dpm_solver: dpmSolver};

/** `calls` times from T down, evenly spaced and rounded, and the 0 at the end. */
function trailing(T, calls) {
  const times = Array.from({length: calls}, (_, n) => halfToEven(T * (calls - n) / calls));
  return [...times, 0];
}

function halfToEven(x) { return x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x); }

/** From each starting point to its sample: paths[n] are all states at times[n]. */
function compute({sampler, calls}, data) {
  const alphaBar = cosine(data.T), times = trailing(data.T, calls);
  const eps = normals(1, data.start.length * calls);
  const paths = [data.start];
  let before = data.start.map(() => null);
  for (let n = 0; n < calls; n++) {
    const ab = alphaBar[times[n]], abS = alphaBar[times[n + 1]];
    const states = paths[n].map((x) => ({ab, x, x0: expectedX0(x, ab, data)}));
    paths.push(states.map((state, i) =>
      SAMPLERS[sampler](state, abS, before[i], eps[n * states.length + i])));
    before = states;
  }
  const samples = paths[calls], N = samples.length;
  const mean = samples.reduce((sum, x) => sum + x, 0) / N;
  const std = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (N - 1));
  return {times, paths, samples, mean, std, distance: distance(samples, data.quantiles)};
}

/** The 2-Wasserstein distance: the root mean square way, in order, to the data's quantiles. */
function distance(samples, quantiles) {
  const sorted = [...samples].sort((a, b) => a - b);
  return Math.sqrt(sorted.reduce((sum, x, i) => sum + (x - quantiles[i]) ** 2, 0) / sorted.length);
}

function density(x, {weights, means, stds}) {
  return weights.reduce((sum, weight, k) => sum + weight / stds[k] / Math.sqrt(2 * Math.PI) *
    Math.exp(-((x - means[k]) ** 2) / (2 * stds[k] ** 2)), 0);
}

const LIMIT = 2.6, BINS = 52, EVERY = 10; // every tenth path is drawn
const NAMES = {ancestral: "ancestral", ddim: "DDIM", dpm_solver: "DPM-Solver++, second order"};

function start(stage, data) {
  const settings = {sampler: "ddim", calls: 8}, {T} = data;
  const row = add(stage, '<div class="live-row live-joined"></div>'), axes = {y: [-LIMIT, LIMIT], height: 300};
  const walk = new Plot(row, {name: "Paths from noise to data", ...axes, x: [T, 0], right: 4});
  const made = new Plot(row, {name: "What comes out, and the density of the data", ...axes,
    x: [0, 1.2], left: 4});
  const box = add(stage, '<div class="live-settings"></div>'), say = sentence(stage);
  const change = (changes) => { Object.assign(settings, changes); draw(); };
  slider(box, {name: "calls of the network", min: 1, max: 50, value: settings.calls,
    moved: (calls) => change({calls})});
  choice(box, {name: "sampler", options: NAMES, value: settings.sampler,
    chosen: (sampler) => change({sampler})});

  function draw() {
    const {calls, sampler} = settings, now = compute(settings, data);
    walk.begin();
    walk.axes({xTicks: [T, T / 2, 0], yTicks: [-2, -1, 0, 1, 2], xName: "time t", says: (x) => shown(x, 0)});
    walk.text([T, LIMIT], "x_t", {dx: 8, dy: 8});
    for (let i = EVERY / 2; i < data.start.length; i += EVERY) {
      walk.draw(`<polyline class="path" points="${walk.points(now.times, now.paths.map((x) => x[i]))}"/>`);
    }
    walk.end();

    made.begin();
    const width = 2 * LIMIT / BINS, counts = Array(BINS).fill(0);
    let outside = 0;
    for (const x of now.samples) {
      const bin = Math.floor((x + LIMIT) / width);
      if (bin >= 0 && bin < BINS) counts[bin]++; else outside++;
    }
    counts.forEach((count, bin) => {
      const low = -LIMIT + bin * width, height = Math.min(count / now.samples.length / width, 1.2);
      made.draw(`<polygon class="area bar signal" points="${made.points([0, height, height, 0],
        [low, low, low + width, low + width])}"/>`);
    });
    const xs = spaced(-LIMIT, LIMIT, 261);
    made.axes({xTicks: [0.5, 1], xName: "density"});
    made.line(xs.map((x) => density(x, data)), xs, "ink dashed");
    made.text([1.2, LIMIT], "data", {kind: "ink", anchor: "end", dy: 12});
    made.text([1.2, LIMIT], "samples", {kind: "signal", anchor: "end", dy: 28});
    made.end();
    say(`${NAMES[sampler]}, ${calls} call${calls > 1 ? "s" : ""}: mean ${shown(now.mean)} and standard ` +
      `deviation ${shown(now.std)}, of the data ${shown(data.mean)} and ${shown(data.std)}. The W2 ` +
      `distance to the data is ${shown(now.distance, 3)}.${outside ? ` ${outside} samples lie outside.` : ""}`);
  }
  return draw;
}
