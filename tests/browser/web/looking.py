"""Looks at a page as people with little sight or a small screen meet it: axe-core's rules, and what is cut off."""

import re
from importlib.resources import files
from typing import Any

import pytest

CUT = """() => {
  const width = document.documentElement.clientWidth;
  const found = [];
  const name = (one) => `${one.tagName.toLowerCase()}#${one.id}.${one.getAttribute("class") ?? ""}`;
  for (const one of document.querySelectorAll("body *")) {
    if (!one.checkVisibility({ visibilityProperty: true })) continue;
    if (one.closest(".visually-hidden, .hidden-input, .skip, svg *")) continue;
    const { left, right, width: wide } = one.getBoundingClientRect();
    // What scrolls by itself may be wider than the screen.
    if (wide && !one.closest(".wide") && (left < -1 || right > width + 1)) found.push(`${name(one)} beside the screen`);
    const hides = ["hidden", "clip"].includes(getComputedStyle(one).overflowY);
    const cut = one.scrollHeight - one.clientHeight;
    if (hides && one.innerText && cut > 2) found.push(`${name(one)} cut below by ${cut} px`);
  }
  if (document.documentElement.scrollWidth > width) found.push("the page scrolls sideways");
  return found;
}"""

PROGRAM = re.compile(r"<(built-in|bound|function|class)\b.*|\bobject at 0x.*|\bundefined\b|\bNaN\b|\bNone\b")
"""What a page says where a template or a script shows something of the program in the place of a text."""


def axe() -> str:
    """Return axe-core as a script; skip the test where it is not installed."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def faults(page: Any, script: str, *, colours: bool = False) -> list[str]:
    """Return what is wrong with a page: findings of axe-core of any weight, what is cut off, and what is no text.

    Args:
        page: A page of a browser.
        script: From `axe`.
        colours: Ask axe-core for what is wrong with colours alone: nothing else has changed since it was asked.

    """
    # Evaluated through the debugger, as a person's own tools are: the page's policy takes no script from anywhere.
    if not page.evaluate("'axe' in window"):  # to put it into a page takes as long as to look at one
        page.evaluate(script)
    rules = {"runOnly": ["cat.color"]} if colours else {}
    found = page.evaluate("rules => axe.run(document, { resultTypes: ['violations'], ...rules })", rules)
    said = [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}" for one in found["violations"]]
    said += [f"words of the program: {found[0]}" for found in [PROGRAM.search(page.inner_text("body"))] if found]
    return said + list(page.evaluate(CUT))
