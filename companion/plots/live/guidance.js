// Chapter 2.2.1: samples of one of two bumps under guidance, with the exact guesses.

/** One bump at time t: its log density at x, and E[x_0 | x_t] within it. */
function bump(x, ab, mean, std) {
  const variance = ab * std ** 2 + 1 - ab, offset = x - Math.sqrt(ab) * mean;
  return {
    log: -(offset ** 2) / (2 * variance) - Math.log(2 * Math.PI * variance) / 2,
    x0: mean + Math.sqrt(ab) * std ** 2 / variance * offset,
  };
}

/** The chance of the right bump where x_t is x: (1-5b) for two bumps of equal weight. */
function chance(x, ab, {mean, std}) {
  const gap = bump(x, ab, -mean, std).log - bump(x, ab, mean, std).log;
  return 1 / (1 + Math.exp(gap));
}

/** (2-9), in the guess of x_0: from the guess without the class, s times the way to that with it. */
function guidedX0(x, ab, scale, {mean, std}) {
  const left = bump(x, ab, -mean, std).x0, right = bump(x, ab, mean, std).x0;
  const share = chance(x, ab, {mean, std}), none = left + share * (right - left);
  return none + scale * (right - none);
}

/** q(x) q(y | x)^s on a grid, with trapezoids that sum to 1. */
function tilted(xs, scale, data) {
  const logs = xs.map((x) => {
    const right = bump(x, 1, data.mean, data.std).log, share = chance(x, 1, data);
    return right - Math.log(2 * share) + scale * Math.log(share); // log q(x) is right less log(2 share)
  });
  const top = Math.max(...logs), heights = logs.map((log) => Math.exp(log - top));
  const width = xs[1] - xs[0];
  const total = heights.reduce((sum, h, i) => sum + h * (i % (xs.length - 1) ? width : width / 2), 0);
  return heights.map((h) => h / total);
}

/** DPM-Solver++(2M) from each starting point, as in chapter 1.4, with the guided guess. */
function compute({scale}, data) {
  const alphaBar = cosine(data.T), {calls} = data;
  const times = Array.from({length: calls + 1}, (_, n) => Math.round(data.T * (calls - n) / calls));
  const logSnr = (ab) => Math.log(ab) - Math.log1p(-ab);
  const samples = data.start.map((start) => {
    let x = start, before = null;
    for (let n = 0; n < calls; n++) {
      const ab = alphaBar[times[n]], abS = alphaBar[times[n + 1]], x0 = guidedX0(x, ab, scale, data);
      let D = x0;
      if (before && abS < 1) {
        D += (logSnr(abS) - logSnr(ab)) / (logSnr(ab) - logSnr(before.ab)) / 2 * (x0 - before.x0);
      }
      const sigmaRatio = Math.sqrt((1 - abS) / (1 - ab));
      x = sigmaRatio * x + (Math.sqrt(abS) - Math.sqrt(ab) * sigmaRatio) * D;
      before = {ab, x0};
    }
    return x;
  });
  const N = samples.length, average = (of) => of.reduce((sum, x) => sum + x, 0) / N;
  const mean = average(samples);
  const std = Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (N - 1));
  const xs = spaced(LOW, HIGH, 281), density = tilted(xs, scale, data);
  return {samples, mean, std, sure: average(samples.map((x) => chance(x, 1, data))), xs, density};
}

const LOW = -3, HIGH = 4, BINS = 56, TOP = 2;

function start(stage, data) {
  const settings = {scale: 1};
  const plot = new Plot(add(stage, '<div class="live-row"></div>'),
    {name: "Guided samples and the tilted density", x: [LOW, HIGH], y: [0, TOP], height: 260});
  const box = add(stage, '<div class="live-settings"></div>'), say = sentence(stage);
  slider(box, {name: "scale s", min: 0, max: 8, step: 0.25, value: settings.scale,
    says: (s) => shown(s), moved: (scale) => { settings.scale = scale; draw(); }});

  function draw() {
    const {scale} = settings, now = compute(settings, data);
    plot.begin();
    const width = (HIGH - LOW) / BINS, counts = Array(BINS).fill(0);
    for (const x of now.samples) {
      const bin = Math.floor((x - LOW) / width);
      if (bin >= 0 && bin < BINS) counts[bin]++;
    }
    counts.forEach((count, bin) => {
      const low = LOW + bin * width, height = Math.min(count / now.samples.length / width, TOP);
      plot.draw(`<polygon class="area bar signal" points="${plot.points(
        [low, low, low + width, low + width], [0, height, height, 0])}"/>`);
    });
    plot.axes({xTicks: [-2, 0, 2, 4], yTicks: [0, 1, 2], xName: "x_0"});
    plot.line(now.xs, now.density, "ink dashed");
    plot.text([LOW, TOP], "tilted density", {kind: "ink", dx: 8, dy: 12});
    plot.text([LOW, TOP], "guided samples", {kind: "signal", dx: 8, dy: 28});
    plot.end();
    say(`At a scale of ${shown(scale)} the chance of the class is ${shown(now.sure, 3)} on average. The ` +
      `samples have the mean ${shown(now.mean)} and the standard deviation ${shown(now.std)}.`);
  }
  return draw;
}
