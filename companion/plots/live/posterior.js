// Chapter 1.2: prior times likelihood is the posterior, for any two times s < t.

/** (1-11a), with the Gaussians that it is made of; ᾱ is that of the cosine schedule. */
function compute({x0, xt, s, t}, {T}) {
  const alphaBar = cosine(T), abS = alphaBar[s], abT = alphaBar[t];
  const alpha = abT / abS;
  const prior = {mean: Math.sqrt(abS) * x0, std: Math.sqrt(1 - abS)}; // q(x_s | x_0)
  const likelihood = { // q(x_t | x_s), read as a function of x_s
    mean: xt / Math.sqrt(alpha),
    std: Math.sqrt((1 - alpha) / alpha),
  };
  const weightX0 = Math.sqrt(abS) * (1 - alpha) / (1 - abT);
  const weightXt = Math.sqrt(alpha) * (1 - abS) / (1 - abT);
  const posterior = {
    mean: weightX0 * x0 + weightXt * xt,
    std: Math.sqrt((1 - abS) / (1 - abT) * (1 - alpha)),
  };
  const way = alpha * (1 - abS) / (1 - abT); // from the mean of the prior to that of the likelihood
  return {alpha, prior, likelihood, posterior, weightX0, weightXt, way};
}

/** A bell scaled to height 1. Without width it is nothing but a point. */
function bell({mean, std}, xs) {
  return xs.map((x) => Math.exp(-((x - mean) ** 2) / (2 * std ** 2)));
}

const LIMIT = 2.5;
const UP = '<path class="mark" d="M0,-9 L8,6 L-8,6 Z"/>', DOWN = '<path class="mark" d="M0,9 L8,-6 L-8,-6 Z"/>';

function start(stage, data) {
  const settings = {x0: 0.8, xt: -0.4, s: 40, t: 60}, {T} = data;
  let oneStep = false;
  const plot = new Plot(stage, {name: "Prior, likelihood and posterior of x at time s", height: 300,
    x: [-LIMIT, LIMIT], y: [0, 1.3], left: 12, right: 12, bottom: 62});
  const box = add(stage, '<div class="live-settings"></div>'), numbers = sentence(stage);
  const change = (changes) => { Object.assign(settings, changes); draw(); };
  const near = (x) => clip(Math.round(x * 100) / 100, -LIMIT, LIMIT);

  const sliders = {
    x0: slider(box, {name: "x_0, the clean value", min: -LIMIT, max: LIMIT, step: 0.01,
      value: settings.x0, says: shown, moved: (x0) => change({x0})}),
    xt: slider(box, {name: "x_t, the noisy value", min: -LIMIT, max: LIMIT, step: 0.01,
      value: settings.xt, says: shown, moved: (xt) => change({xt})}),
    s: slider(box, {name: "the earlier time s", min: 0, max: T - 1, value: settings.s,
      says: (s) => `${s} of ${T}`, moved: (s) => change({s, t: oneStep ? s + 1 : Math.max(settings.t, s + 1)})}),
    t: slider(box, {name: "the later time t", min: 1, max: T, value: settings.t,
      says: (t) => `${t} of ${T}`, moved: (t) => change({t, s: oneStep ? t - 1 : Math.min(settings.s, t - 1)})}),
  };
  checkbox(box, {name: "one step: s = t − 1", value: oneStep, chosen: (is) => {
    oneStep = is;
    change(is ? {s: settings.t - 1} : {});
  }});
  for (const [key, name, kind, mark] of [["x0", "x_0", "signal", UP], ["xt", "x_t", "noise", DOWN]]) {
    plot.handle({name: `${name}, in the picture`, kind, mark,
      at: () => [settings[key], 0],
      move: (x) => change({[key]: near(x)}),
      now: () => ({value: settings[key], min: -LIMIT, max: LIMIT, words: shown(settings[key])}),
      step: () => 0.05});
  }

  function draw() {
    const {prior, likelihood, posterior, weightX0, weightXt, way} = compute(settings, data);
    const {x0, xt, s} = settings, xs = spaced(-LIMIT, LIMIT, 501);
    plot.begin();
    plot.axes({xTicks: [-2, -1, 0, 1, 2], says: (x) => shown(x, 0)});
    plot.text([LIMIT, 0], "x_s", {anchor: "end", dy: 33});
    if (s > 0) {
      plot.line(xs, bell(prior, xs), "signal dashed");
      plot.area(xs, bell(posterior, xs), "ink");
      plot.line(xs, bell(posterior, xs), "ink");
    } else { // x_0 itself, and no width
      plot.segment([x0, 0], [x0, 1], "ink");
    }
    plot.line(xs, bell(likelihood, xs), "noise dotted");
    key(plot, s > 0);
    plot.text([x0, 0], "x_0", {kind: "signal", anchor: "middle", dy: 50});
    plot.text([xt, 0], "x_t", {kind: "noise", anchor: "middle", dy: 50});
    plot.end();
    for (const [name, control] of Object.entries(sliders)) control.show(settings[name]);
    const bellOf = (what) => `mean ${shown(what.mean)}, deviation ${shown(what.std)}`;
    numbers(`Prior: ${bellOf(prior)}. Likelihood: ${bellOf(likelihood)}. <strong>Posterior: ` +
      `mean ${shown(posterior.mean, 3)}, deviation ${shown(posterior.std, 3)}</strong>. Its mean is ` +
      `${shown(weightX0)} x_0 + ${shown(weightXt)} x_t: ${shown(100 * way, 0)} % of the way from the ` +
      `prior's mean to the likelihood's.`);
  }
  return draw;
}

/** The names of the three curves, each beside a piece of its line. */
function key(plot, spread) {
  const names = spread
    ? [["signal dashed", "prior"], ["noise dotted", "likelihood"], ["ink", "posterior"]]
    : [["noise dotted", "likelihood"], ["ink", "prior and posterior"]];
  let x = plot.left;
  for (const [kind, name] of names) {
    plot.draw(`<path class="line ${kind}" d="M${x},14 h26"/>
      <text class="${kind.split(" ")[0]}" x="${x + 31}" y="18">${name}</text>`);
    x += 52 + 7.5 * name.length;
  }
}
