// What the live figures share: numbers, sliders, drawings, and waking up. No library.

// ---------------------------------------------------------------- numbers

/** n standard normal numbers, the same for the same seed (mulberry32; Box and Muller). */
function normals(seed, n) {
  let state = seed;
  function uniform() { // inside (0, 1)
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (((z ^ (z >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  }
  const found = [];
  while (found.length < n) {
    const radius = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
    found.push(radius * Math.cos(angle), radius * Math.sin(angle));
  }
  return found.slice(0, n);
}

/** ᾱ_t for t from 0 to T: the cosine schedule of Nichol and Dhariwal (2021), no β above 0.999. */
function cosine(T) {
  const f = (t) => Math.cos((t / T + 0.008) / 1.008 * Math.PI / 2) ** 2;
  const alphaBar = [1];
  for (let t = 1; t <= T; t++) {
    const beta = Math.min(1 - f(t) / f(t - 1), 0.999);
    alphaBar.push(alphaBar[t - 1] * (1 - beta));
  }
  return alphaBar;
}

/** n numbers from low to high, evenly spaced. */
function spaced(low, high, n) {
  return Array.from({length: n}, (_, i) => low + (high - low) * i / (n - 1));
}

function clip(value, low, high) { return Math.min(Math.max(value, low), high); }

/** A number as it is read, with a true minus. */
function shown(value, digits = 2) {
  const text = value.toFixed(digits);
  return (/^-0\.?0*$/.test(text) ? text.slice(1) : text).replace("-", "−");
}

// ---------------------------------------------------------------- words

const html = (words) => words.replace(/_(\w)/g, "<sub>$1</sub>");
const plain = (words) => words.replace(/_(\w)/g, " $1");
const drawn = (words) => words.replace(
  /_(\w)/g, '<tspan class="sub" dy=".25em">$1</tspan><tspan dy="-.2em">\u200b</tspan>');

function add(parent, markup) {
  parent.insertAdjacentHTML("beforeend", markup);
  return parent.lastElementChild;
}

/** The sentence that says what is seen. It is read aloud when the hand has come to rest. */
function sentence(stage) {
  const place = add(stage, '<p class="live-says" aria-live="polite" aria-atomic="true"></p>');
  let rest = null;
  return (words) => {
    place.setAttribute("aria-busy", "true");
    place.innerHTML = html(words);
    clearTimeout(rest);
    rest = setTimeout(() => place.removeAttribute("aria-busy"), 400);
  };
}

// ---------------------------------------------------------------- settings

/** A slider with a name and its value in words; `moved` gets the number. */
function slider(parent, {name, min, max, step = 1, value, says = String, moved}) {
  const label = add(parent, `<label class="live-slider"><span>${html(name)}</span>
    <span class="live-value"></span>
    <input type="range" min="${min}" max="${max}" step="${step}" aria-label="${plain(name)}"></label>`);
  const input = label.querySelector("input");
  function show(value) {
    input.value = value;
    label.querySelector(".live-value").textContent = says(+input.value);
    input.setAttribute("aria-valuetext", says(+input.value));
  }
  input.addEventListener("input", () => { show(input.value); moved(+input.value); });
  show(value);
  return {show, input};
}

/** Something that is so or not. */
function checkbox(parent, {name, value, chosen}) {
  const label = add(parent, `<label class="live-check"><input type="checkbox">
    <span>${html(name)}</span></label>`);
  const input = label.querySelector("input");
  input.checked = value;
  input.addEventListener("change", () => chosen(input.checked));
}

/** One of several, as radio buttons. */
function choice(parent, {name, options, value, chosen}) {
  const group = `live-${Math.random()}`;
  const box = add(parent, `<fieldset class="live-choice"><legend>${html(name)}</legend></fieldset>`);
  for (const [key, words] of Object.entries(options)) {
    const label = add(box, `<label><input type="radio" name="${group}" value="${key}">
      <span>${words}</span></label>`);
    const input = label.querySelector("input");
    input.checked = key === value;
    input.addEventListener("change", () => chosen(key));
  }
}

// ---------------------------------------------------------------- drawings

/** A drawing with two axes, as wide as its place; what is drawn is in the units of the axes. */
class Plot {
  constructor(parent, {name, x, y, height = 230, left = 34, bottom = 38, top = 10, right = 18}) {
    Object.assign(this, {x, y, height, left, bottom, top, right, width: 320, handles: []});
    this.svg = add(parent, `<svg class="live-plot" role="group" aria-label="${name}">
      <g class="drawing" aria-hidden="true"></g><g class="handles"></g></svg>`);
  }

  begin({x = this.x, y = this.y} = {}) {
    Object.assign(this, {x, y, pieces: []});
    this.width = Math.max(this.svg.getBoundingClientRect().width, 120);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.style.height = `${this.height}px`;
  }

  toX(x) { return this.left + (x - this.x[0]) / (this.x[1] - this.x[0]) * (this.width - this.left - this.right); }
  toY(y) { return this.height - this.bottom - (y - this.y[0]) / (this.y[1] - this.y[0]) * (this.height - this.bottom - this.top); }
  fromX(px) { return this.x[0] + (px - this.left) / (this.width - this.left - this.right) * (this.x[1] - this.x[0]); }
  fromY(px) { return this.y[0] + (this.height - this.bottom - px) / (this.height - this.bottom - this.top) * (this.y[1] - this.y[0]); }

  draw(markup) { this.pieces.push(markup); }

  points(xs, ys) {
    return xs.map((x, i) => `${this.toX(x).toFixed(1)},${this.toY(ys[i]).toFixed(1)}`).join(" ");
  }

  line(xs, ys, kind) { this.draw(`<polyline class="line ${kind}" points="${this.points(xs, ys)}"/>`); }

  area(xs, ys, kind, base = 0) {
    const [first, last] = [xs[0], xs[xs.length - 1]];
    this.draw(`<polygon class="area ${kind}" points="${this.points([first, ...xs, last], [base, ...ys, base])}"/>`);
  }

  segment([x1, y1], [x2, y2], kind) { this.line([x1, x2], [y1, y2], kind); }

  guide([x1, y1], [x2, y2]) {
    this.draw(`<polyline class="guide" points="${this.points([x1, x2], [y1, y2])}"/>`);
  }

  /** Words at a point, moved by so many pixels. */
  text([x, y], words, {kind = "", anchor = "start", dx = 0, dy = 0} = {}) {
    this.draw(`<text class="${kind}" text-anchor="${anchor}" x="${(this.toX(x) + dx).toFixed(1)}"
      y="${(this.toY(y) + dy).toFixed(1)}">${drawn(words)}</text>`);
  }

  /** The frame: a line below with its ticks and name, and one at the left. */
  axes({xTicks = [], yTicks = [], xName = "", says = String}) {
    const [x0, y0] = [this.x[0], this.y[0]];
    this.draw(`<polyline class="axis" points="${this.points([x0, this.x[1]], [y0, y0])}"/>`);
    for (const x of xTicks) this.text([x, y0], says(x), {kind: "quiet", anchor: "middle", dy: 16});
    for (const y of yTicks) this.text([x0, y], says(y), {kind: "quiet", anchor: "end", dx: -6, dy: 4});
    if (yTicks.length) {
      this.draw(`<polyline class="axis" points="${this.points([x0, x0], [y0, this.y[1]])}"/>`);
    }
    this.text([(x0 + this.x[1]) / 2, y0], xName, {anchor: "middle", dy: 33});
  }

  end() {
    this.svg.querySelector(".drawing").innerHTML = this.pieces.join("");
    for (const place of this.handles) place();
  }

  /** Where a pointer is, in the units of the axes. */
  at(event) {
    const box = this.svg.getBoundingClientRect();
    return [this.fromX(event.clientX - box.left), this.fromY(event.clientY - box.top)];
  }

  /** The whole drawing is dragged: `move` gets the point under the pointer. */
  drag(move) { dragged(this.svg, (event) => move(...this.at(event))); }

  /**
   * A point that is dragged, or moved with the arrow keys.
   * at() is where it is; move(x, y) where it should go; now() = {value, min, max, words} is what is
   * said of it; step() is how far an arrow key moves it.
   */
  handle({name, kind, mark, at, move, now, step}) {
    const handle = add(this.svg.querySelector(".handles"),
      `<g class="live-handle ${kind}" role="slider" tabindex="0" aria-label="${plain(name)}">
       <circle class="reach" r="18"/>${mark}</g>`);
    dragged(handle, (event) => move(...this.at(event)));
    handle.addEventListener("keydown", (event) => {
      const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
      if (!way) return;
      event.preventDefault();
      const [x, y] = at(), by = step();
      move(x + way[0] * by, y + way[1] * by, way);
    });
    this.handles.push(() => {
      const [x, y] = at(), {value, min, max, words} = now();
      handle.setAttribute("transform", `translate(${this.toX(x)} ${this.toY(y)})`);
      const said = {valuenow: value, valuemin: min, valuemax: max, valuetext: words};
      for (const [what, is] of Object.entries(said)) handle.setAttribute(`aria-${what}`, is);
    });
  }
}

/** Call `moved` from the moment that the pointer goes down until it goes up. */
function dragged(element, moved) {
  element.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.stopPropagation();
    element.setPointerCapture(event.pointerId);
    moved(event);
  });
  element.addEventListener("pointermove", (event) => {
    if (!element.hasPointerCapture(event.pointerId)) return;
    event.stopPropagation();
    moved(event);
  });
}

// ---------------------------------------------------------------- waking up

/**
 * Bring every figure of this name on the page to life. The figure's own file defines
 * compute(settings, data), the formula, and start(stage, data), which gives back what draws.
 */
function wake(name, data) {
  const all = window.companionLive = window.companionLive || {};
  all[name] = {compute: (settings) => compute(settings, data), normals};
  for (const figure of document.querySelectorAll(`.live-${name}:not(.live-awake)`)) {
    figure.classList.add("live-awake");
    const stage = figure.querySelector(".live-stage");
    stage.hidden = false;
    // JupyterLab would take these keys for its own: it listens at the page's root.
    stage.addEventListener("keydown", (event) => {
      if (/^(Arrow|Page|Home|End)/.test(event.key)) event.stopPropagation();
    });
    const draw = start(stage, data);
    draw();
    let width = stage.clientWidth;
    new ResizeObserver(() => {
      if (stage.clientWidth && stage.clientWidth !== width) { width = stage.clientWidth; draw(); }
    }).observe(stage);
  }
}
