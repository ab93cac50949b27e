"""Captions that are printed where a number is written in words: each is named, so that none is read as words."""

import pytest

from pipeline.forms import load_forms
from pipeline.forms.template import Caption, PageTemplate
from training.pages.press import Press

FORMS = load_forms()
NEAR = 1.0
"""A registration may be off by this much, mm: a caption that close below the place falls into it."""


def printed(caption: Caption, press: Press) -> tuple[float, float, float, float]:
    """Return where a caption is printed: left, top, right, foot in mm."""
    width = press.text_width(caption.text, caption.size, weight=400, italic=True)
    left = caption.at[0] - {"left": 0.0, "centre": width / 2, "right": width}[caption.align]
    return left, caption.at[1] - caption.size, left + width, caption.at[1]


def unnamed(page: PageTemplate) -> list[str]:
    """Return the captions whose middle lies in a place for words, and that its number does not name."""
    press = Press.blank(10.0, 10.0, 4.0)
    found = []
    for number in page.numbers:
        if number.words is None:
            continue
        x, y, width, height = number.words
        for caption in page.artwork.captions:
            left, top, right, foot = printed(caption, press)
            across, down = (left + right) / 2, (top + foot) / 2
            if not (x < across < x + width and y - NEAR < down < y + height + NEAR):
                continue
            named = ((a <= left, b <= top, a + w >= right, b + h >= foot) for a, b, w, h in number.words_print)
            if not any(map(all, named)):
                found.append(f"{number.name}: {caption.text}")
    return found


@pytest.mark.parametrize("family", sorted({FORMS.installed[name].family for name in FORMS}))
def test_no_caption_is_read_as_words(family: str) -> None:
    forms = [FORMS[name] for name in FORMS if FORMS.installed[name].family == family]
    assert {f"{form.id} {page.number}": unnamed(page) for form in forms for page in form.pages if unnamed(page)} == {}


def test_such_a_caption_is_seen_where_the_template_forgets_it() -> None:
    page = FORMS["c-hasil-ppwp-2024"].page(3)
    numbers = tuple(number.model_copy(update={"words_print": ()}) for number in page.numbers)
    assert len(unnamed(page.model_copy(update={"numbers": numbers}))) == 2
