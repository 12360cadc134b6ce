// Chapter 1.3.1: (x_t, v) is (x_0, ε) seen from axes that are turned by φ.

/** cos φ = √ᾱ_t and sin φ = √(1 − ᾱ_t), (1-4) and v; then turned back, (1-12a) and (1-12b). */
function compute({x0, eps, t}, {T}) {
  const ab = cosine(T)[t];
  const cos = Math.sqrt(ab), sin = Math.sqrt(1 - ab);
  const xt = cos * x0 + sin * eps;
  const v = cos * eps - sin * x0;
  const back = {x0: cos * xt - sin * v, eps: sin * xt + cos * v};
  return {phi: Math.atan2(sin, cos), cos, sin, xt, v, back};
}

const LIMIT = 2, DOT = '<circle class="mark" r="7"/>';

function start(stage, data) {
  const settings = {x0: 0.9, eps: 1.3, t: 350}, {T} = data, alphaBar = cosine(T);
  const row = add(stage, '<div class="live-row"></div>');
  const plot = new Plot(row, {name: "The plane of x 0 and epsilon, with turned axes", height: 340,
    x: [-2.4, 2.4], y: [-2.4, 2.4], left: 0, right: 0, top: 0, bottom: 0});
  const box = add(row, '<div class="live-settings"></div>'), say = sentence(stage);
  const change = (changes) => { Object.assign(settings, changes); draw(); };
  const near = (x) => clip(Math.round(x * 100) / 100, -LIMIT, LIMIT);
  const degrees = (phi) => `${shown(phi * 180 / Math.PI, 1)}°`;
  const phiAt = (t) => compute({...settings, t}, data).phi;

  const sliders = {
    t: slider(box, {name: "time t, which is the angle φ", min: 0, max: T, value: settings.t,
      says: (t) => `t = ${t}, φ = ${degrees(phiAt(t))}`, moved: (t) => change({t})}),
    x0: slider(box, {name: "x_0", min: -LIMIT, max: LIMIT, step: 0.01, value: settings.x0,
      says: shown, moved: (x0) => change({x0})}),
    eps: slider(box, {name: "ε", min: -LIMIT, max: LIMIT, step: 0.01, value: settings.eps,
      says: shown, moved: (eps) => change({eps})}),
  };
  plot.handle({name: "the point of x_0 and ε", kind: "ink", mark: DOT,
    at: () => [settings.x0, settings.eps],
    move: (x0, eps) => change({x0: near(x0), eps: near(eps)}),
    now: () => ({value: settings.x0, min: -LIMIT, max: LIMIT,
      words: `x 0 = ${shown(settings.x0)}, ε = ${shown(settings.eps)}`}),
    step: () => 0.05});
  plot.handle({name: "the axis of x_t", kind: "ink", mark: '<rect class="mark" x="-6" y="-6" width="12" height="12"/>',
    at: () => { const {cos, sin} = compute(settings, data); return [2.2 * cos, 2.2 * sin]; },
    move: (x, y, key) => change({t: key ? clip(settings.t + 10 * (key[1] || -key[0]), 0, T)
      : nearestTime(alphaBar, Math.atan2(Math.max(y, 0), Math.max(x, 0)))}),
    now: () => ({value: settings.t, min: 0, max: T, words: `φ = ${degrees(phiAt(settings.t))}`}),
    step: () => 0});

  function draw() {
    const {x0, eps, t} = settings, {phi, cos, sin, xt, v, back} = compute(settings, data);
    const along = (length) => [length * cos, length * sin]; // on the axis of x_t
    const across = (length) => [-length * sin, length * cos]; // on the axis of v
    plot.begin(square(plot));
    plot.guide([-2.1, 0], [2.1, 0]);
    plot.guide([0, -2.1], [0, 2.1]);
    plot.text([2.1, 0], "x_0", {kind: "signal", anchor: "end", dy: 18});
    plot.text([0, 2.1], "ε", {kind: "noise", anchor: "end", dx: -14, dy: 8});
    plot.segment([x0, 0], [x0, eps], "signal dashed");
    plot.segment([0, 0], [x0, 0], "signal");
    plot.segment([0, eps], [x0, eps], "noise dashed");
    plot.segment([0, 0], [0, eps], "noise");
    plot.draw(`<polyline class="axis" points="${plot.points([-2.1 * cos, 2.2 * cos], [-2.1 * sin, 2.2 * sin])}"/>`);
    plot.draw(`<polyline class="axis" points="${plot.points([2.1 * sin, -2.1 * sin], [-2.1 * cos, 2.1 * cos])}"/>`);
    plot.segment(along(xt), [x0, eps], "ink dashed");
    plot.segment([0, 0], along(xt), "ink");
    plot.segment(across(v), [x0, eps], "learned dashed");
    plot.segment([0, 0], across(v), "learned");
    plot.text(along(2.2), "x_t", {kind: "ink", ...(sin > 0.8 ? {dx: 12, dy: 5} : {dx: 10, dy: -10})}); // a steep axis ends at the upper edge
    plot.text(across(2.1), "v", {kind: "learned", anchor: "end", dx: -8, dy: 4});
    const arc = spaced(0, phi, 30);
    plot.draw(`<polyline class="axis" points="${plot.points(arc.map((a) => 0.5 * Math.cos(a)), arc.map((a) => 0.5 * Math.sin(a)))}"/>`);
    plot.text([0.6 * Math.cos(phi / 2), 0.6 * Math.sin(phi / 2)], "φ", {dy: 4});
    plot.end();
    for (const [name, control] of Object.entries(sliders)) control.show(settings[name]);
    say(`φ = ${degrees(phi)}, cos φ = √ᾱ_t = ${shown(cos, 3)}, sin φ = √(1 − ᾱ_t) = ${shown(sin, 3)}.<br>` +
      `x_t = cos φ · x_0 + sin φ · ε = ${shown(xt, 3)}, v = cos φ · ε − sin φ · x_0 = ${shown(v, 3)}.<br>` +
      `Turned back: x_0 = cos φ · x_t − sin φ · v = ${shown(back.x0)}, ε = sin φ · x_t + cos φ · v = ${shown(back.eps)}.`);
  }
  return draw;
}

/** Axes with one scale for both directions, in whatever room there is. */
function square(plot) {
  const half = 2.4 * Math.max(plot.svg.getBoundingClientRect().width, 120) / plot.height;
  return {x: [-half, half], y: [-2.4, 2.4]};
}

/** The time whose angle is nearest. */
function nearestTime(alphaBar, phi) {
  const away = alphaBar.map((ab) => Math.abs(Math.acos(Math.sqrt(ab)) - phi));
  return away.indexOf(Math.min(...away));
}
