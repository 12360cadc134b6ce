// Chapter 1.1: how fast a picture fades under a schedule with β on a line.

/** (1-4): x_t = √ᾱ_t x_0 + √(1 − ᾱ_t) ε, with ᾱ_t = Π (1 − β_i), for each t from 0 to T. */
function compute({T, beta1, betaT}, {limit}) {
  const alphaBar = [1];
  for (let i = 1; i <= T; i++) {
    const beta = beta1 + (betaT - beta1) * (i - 1) / (T - 1);
    alphaBar.push(alphaBar[i - 1] * (1 - beta));
  }
  const signal = alphaBar.map((ab) => Math.sqrt(ab));
  const noise = alphaBar.map((ab) => Math.sqrt(1 - ab));
  return {signal, noise, left: signal[T], stopsShort: signal[T] > limit};
}

function noisy({signal, noise}, t, x0, eps) {
  return x0.map((x, i) => signal[t] * x + noise[t] * eps[i]);
}

const BETA_1 = [1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 0.001, 0.002, 0.005, 0.01];
const BETA_T = [0.001, 0.002, 0.003, 0.005, 0.007, 0.01, 0.015, 0.02, 0.03, 0.05, 0.07, 0.1, 0.2];

function start(stage, {side, pixels, limit}) {
  const settings = {T: 1000, beta1: 1e-4, betaT: 0.02, t: 120};
  const x0 = Array.from(atob(pixels), (byte) => byte.charCodeAt(0) / 127.5 - 1); // RGB in [-1, 1]
  const eps = normals(0, x0.length);

  const row = add(stage, '<div class="live-row"></div>');
  const plot = new Plot(row, {name: "Signal and noise by time", x: [0, 1000], y: [0, 1]});
  const pictures = add(row, '<div class="live-pictures"></div>');
  const pictureAt = picture(pictures, side), pictureAtT = picture(pictures, side);
  const box = add(stage, '<div class="live-settings"></div>');
  const warning = add(stage, '<p class="live-warning"></p>'), say = sentence(stage);
  const change = (changes) => { Object.assign(settings, changes); draw(); };

  const time = slider(box, {name: "time t", min: 0, max: 1000, value: settings.t,
    says: (t) => `${t} of ${settings.T}`, moved: (t) => change({t})});
  slider(box, {name: "number of steps T", min: 10, max: 2000, step: 10, value: settings.T,
    moved: (T) => change({T, t: Math.round(settings.t / settings.T * T)})});
  slider(box, {name: "β_1, variance of the first step", min: 0, max: BETA_1.length - 1,
    value: BETA_1.indexOf(settings.beta1), says: (i) => String(BETA_1[i]),
    moved: (i) => change({beta1: BETA_1[i]})});
  slider(box, {name: "β_T, variance of the last step", min: 0, max: BETA_T.length - 1,
    value: BETA_T.indexOf(settings.betaT), says: (i) => String(BETA_T[i]),
    moved: (i) => change({betaT: BETA_T[i]})});
  plot.drag((x) => change({t: Math.round(clip(x, 0, settings.T))}));

  function draw() {
    const {T, t} = settings, now = compute(settings, {limit});
    const times = now.signal.map((_, i) => i);
    plot.begin({x: [0, T]});
    plot.axes({xTicks: [0, T / 2, T], yTicks: [0, 0.5, 1], xName: "time t"});
    plot.guide([t, 0], [t, 1]);
    plot.line(times, now.signal, "signal");
    plot.line(times, now.noise, "noise dashed");
    plot.text([T, now.signal[T]], "√ᾱ_t", {kind: "signal", anchor: "end", dx: -4, dy: now.signal[T] > 0.85 ? 18 : -8});
    plot.text([T, now.noise[T]], "√(1 − ᾱ_t)", {kind: "noise", anchor: "end", dx: -4, dy: now.noise[T] > 0.85 ? 18 : -8});
    plot.draw(`<circle class="live-handle signal" r="5" cx="${plot.toX(t)}" cy="${plot.toY(now.signal[t])}"/>`);
    plot.end();
    pictureAt(noisy(now, t, x0, eps), `x_t at t = ${t}`);
    pictureAtT(noisy(now, T, x0, eps), `x_T at T = ${T}`);
    time.input.max = T;
    time.show(t);
    warning.hidden = !now.stopsShort;
    warning.innerHTML = html(`The chain stops short of noise: √ᾱ_T = ${shown(now.left)} of the picture ` +
      "is left in x_T, and sampling would start from pure noise.");
    say(`At t = ${t} the picture is multiplied by √ᾱ_t = ${shown(now.signal[t], 3)} and the noise by ` +
      `√(1 − ᾱ_t) = ${shown(now.noise[t], 3)}. At the end √ᾱ_T = ${shown(now.left, 4)}.`);
  }
  return draw;
}

/** A square of colours with a name below; gives what shows other colours. */
function picture(parent, side) {
  const figure = add(parent, `<figure><canvas width="${side}" height="${side}" role="img"></canvas>
    <figcaption></figcaption></figure>`);
  const canvas = figure.querySelector("canvas"), image = new ImageData(side, side);
  return (x, words) => {
    for (let i = 0; i < side * side; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = (x[3 * i + c] + 1) * 127.5; // clamped
      image.data[4 * i + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", `the picture ${plain(words)}`);
    figure.querySelector("figcaption").innerHTML = html(words);
  };
}
