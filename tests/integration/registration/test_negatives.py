"""What is none of our forms is not read as one, whatever proposes it.

The suite looks at every eighth of the real pages of the manifest, and at every sixteenth of the drawn pictures, of
which each kind has twenty; `python -m tests.integration.registration.negatives` looks at all.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.reasons import Reason
from tests.integration.registration.negatives import Negative, finder_without, listed

EVERY = listed()
SOME = [*(one for one in EVERY[::16] if not one.near), *(one for one in EVERY[::8] if one.near)]


@pytest.mark.parametrize("negative", [one for one in SOME if not one.near], ids=str)
def test_other_papers_walls_and_screens_are_none_of_our_forms(negative: Negative) -> None:
    refused = finder_without("").find(negative.grey(Path()))
    assert isinstance(refused, Reason)
    assert refused.code in {"no_ruled_sheet", "form_not_recognised"}
    assert "{" not in refused.text("en") + refused.text("id")


# Page 2 of 2019 has the layout and most of the print of the A4 copy of 2024 (docs/reference/forms.md).
@pytest.mark.parametrize("negative", [one for one in SOME if one.near and "c1ppwp2019p2" not in one.picture], ids=str)
def test_real_pages_of_other_forms_are_none_of_ours(negative: Negative, shared: Path) -> None:
    assert isinstance(finder_without(negative.without).find(negative.grey(shared)), Reason)


@pytest.mark.parametrize("negative", [one for one in SOME if one.near and "c1ppwp2019p2" in one.picture], ids=str)
def test_of_the_page_that_is_most_like_ours_and_is_none_nothing_is_accepted(negative: Negative, shared: Path) -> None:
    found = finder_without(negative.without).find(negative.grey(shared))
    assert isinstance(found, Reason) or all(found.doubts().values())


def test_the_manifest_names_enough_of_each_kind() -> None:
    counts = Counter(negative.near for negative in EVERY)
    assert (sum(counts.values()) >= 300, counts[True] >= 100) == (True, True)
    assert len(set(EVERY)) == len(EVERY)
    assert kinds(SOME) == kinds(EVERY)


def kinds(negatives: Sequence[Negative]) -> set[str]:
    """Return what kinds of pictures are drawn."""
    return {one.picture.rpartition(" ")[0] for one in negatives if not one.near}
