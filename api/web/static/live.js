// Puts the parts of a newer page in place of those that differ. What is open stays open, what has the focus keeps it, and
// what was scrolled sideways stays there.

function named(within) {
  const outermost = [...within.querySelectorAll("[data-live]")].filter((part) => !part.parentElement.closest("[data-live]"));
  return new Map(outermost.map((part) => [part.dataset.live, part]));
}

export function swap(old, fresh) {
  const newer = named(fresh);
  for (const [name, part] of named(old)) {
    const next = newer.get(name);
    if (next && !next.isEqualNode(asServed(part))) exchange(part, document.adoptNode(next));
  }
}

// As the server wrote it: without what people have opened.
function asServed(part) {
  const copy = part.cloneNode(true);
  for (const details of copy.querySelectorAll("details[open]")) details.removeAttribute("open");
  return copy;
}

function exchange(part, next) {
  const focused = part.contains(document.activeElement) ? addressOf(document.activeElement) : null;
  each(part, next, "details", (before, after) => { after.open = before.open; });
  const scrolled = [...part.querySelectorAll(".wide")].map((one) => one.scrollLeft);
  part.replaceWith(next);
  [...next.querySelectorAll(".wide")].forEach((one, index) => { one.scrollLeft = scrolled[index] ?? 0; });
  if (focused) next.querySelector(focused)?.focus({ preventScroll: true });
}

function each(part, next, selector, act) {
  const after = [...next.querySelectorAll(selector)];
  [...part.querySelectorAll(selector)].forEach((before, index) => { if (after[index]) act(before, after[index]); });
}

function addressOf(element) {
  const href = element.getAttribute("href");
  if (href) return `a[href="${CSS.escape(href)}"]`;
  return element.matches(".wide") ? ".wide" : element.matches("summary") ? "summary" : null;
}
