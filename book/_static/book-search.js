// The order of the results, and an excerpt beside each. Runs before Sphinx's own search does.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return;
  let wanted = [], places = new Set();
  const root = document.documentElement.dataset.content_root || "./";
  const loaded = new Promise((done) => {
    const script = document.createElement("script");
    script.src = root + "searchtexts.js";
    script.onload = script.onerror = done;
    document.head.append(script);
  });

  // Chapters first, then the glossary, then other pages, the package's pages last.
  const tier = (page) =>
    /^book\/\d/.test(page) ? 3 : page === "book/glossary" ? 2 : /^book\/api/.test(page) ? 0 : 1;

  const perform = Search._performSearch;
  Search._performSearch = (query, terms, ...rest) => {
    wanted = [query.toLowerCase().trim(), ...terms];
    const best = new Map();
    // The last result is the best one. [page, title, anchor, description, score, file]
    for (const result of perform(query, terms, ...rest).reverse()) {
      const place = result[0] + result[2];
      const known = best.get(place);
      if (!known) best.set(place, result);
      else if (!known[3] && result[3]) best.set(place, [...result.slice(0, 4), known[4], result[5]]);
    }
    places = new Set([...best.values()].map((r) => `${r[0]}.html${r[2]}`));
    return [...best.values()].reverse()
      .map((result, n) => ({result, n}))
      .sort((a, b) => tier(a.result[0]) - tier(b.result[0]) || a.n - b.n)
      .map(({result}) => result);
  };

  const excerpt = (page, anchor) => {
    const sections = (window.BOOK_TEXTS || {})[page] || [];
    const here = sections.filter((s) => !anchor || s[0] === anchor);
    for (const kind of [2, 3]) {  // in its words, or else in its code
      for (const word of wanted.filter(Boolean)) {
        for (const section of here) {
          const at = section[kind].toLowerCase().indexOf(word);
          if (at < 0) continue;
          return {place: section[0], heading: section[1], text: section[kind], at, length: word.length};
        }
      }
    }
    const first = here.find((s) => s[2]);
    return first && {place: first[0], heading: first[1], text: first[2], at: 0, length: 0};
  };

  const show = (item) => {
    const link = item.querySelector("a");
    if (!link || item.querySelector(".context")) return;
    const [page, anchor] = link.getAttribute("href").split("#");
    const name = page.replace(/\.html.*$/, "");
    const found = excerpt(name, anchor);
    if (!found) return;
    const from = Math.max(0, found.text.lastIndexOf(" ", Math.max(0, found.at - 80)));
    const to = Math.min(found.text.length, found.at + 160);
    const box = document.createElement("p");
    box.className = "context";
    const end = found.at + found.length;
    box.append(from > 0 ? "… " : "", found.text.slice(from, found.at).trimStart());
    if (found.length) {
      const mark = document.createElement("mark");
      mark.textContent = found.text.slice(found.at, end);
      box.append(mark);
    }
    box.append(found.text.slice(end, to), to < found.text.length ? " …" : "");
    const exact = `${name}.html#${found.place}`;
    if (!anchor && found.place && !places.has(exact)) {  // to the section that the excerpt is from
      link.setAttribute("href", `${page}#${found.place}`);
      if (found.heading && found.heading !== link.textContent) {
        link.append(` > ${found.heading}`);
      }
    }
    item.append(box);
  };

  const results = document.getElementById("search-results");
  new MutationObserver(() => loaded.then(() => {
    for (const item of results.querySelectorAll("ul.search > li")) show(item);
  })).observe(results, {childList: true, subtree: true});
});
