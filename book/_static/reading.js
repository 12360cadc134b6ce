// What no style sheet can do.
"use strict";

// On a phone a formula begins at the margin: in the middle, its number would need room at both sides.
if (window.MathJax && innerWidth <= 600) MathJax.chtml = {displayAlign: "left", displayIndent: "0"};

// What is wider than its box fades out at the side where there is more to see.
const WIDE = ".cell_output .output, .cell_output .output pre, .highlight > pre, div.math, .pst-scrollable-table-container";
const fade = (box) => {
  const more = box.scrollWidth - box.clientWidth - 1;
  const left = more > 1 && box.scrollLeft > 1, right = more > 1 && box.scrollLeft < more - 1;
  box.classList.toggle("more-left", left);
  box.classList.toggle("more-right", right);
  // What scrolls can be reached by the keyboard, and what does not is no stop on its way.
  if (more > 1) box.tabIndex = 0;
  else if (box.matches("div.math")) box.removeAttribute("tabindex");
};
const watch = new ResizeObserver((seen) => seen.forEach((each) => fade(each.target)));
for (const box of document.querySelectorAll(WIDE)) {
  watch.observe(box);
  box.addEventListener("scroll", () => fade(box), {passive: true});
}
const again = () => document.querySelectorAll(WIDE).forEach(fade);
window.addEventListener("load", () => {
  again();
  window.MathJax?.startup?.promise?.then(again);  // a display has its width when it is set
});

// The arrows of the side bar have no words of their own.
for (const fold of document.querySelectorAll(".bd-sidebar-primary li > details > summary")) {
  const page = fold.closest("li").querySelector("a");
  fold.setAttribute("aria-label", `Pages of ${page ? page.textContent.trim() : "this part"}`);
}

// On paper proofs are open, and the page is light.
const root = document.documentElement;
let opened = [], theme;
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.proof:not([open])")];
  for (const proof of opened) proof.open = true;
  theme = root.dataset.theme;
  root.dataset.theme = "light";
});
window.addEventListener("afterprint", () => {
  for (const proof of opened) proof.open = false;
  opened = [];
  root.dataset.theme = theme;
});
