"""Every reason that the desk can be filtered by has its words, in both languages."""

import yaml

from api.http.pages.desk import REASONS
from pipeline.texts import TEXTS_FOLDER, messages


def test_every_reason_that_one_can_filter_by_is_known_and_has_words() -> None:
    words = yaml.safe_load((TEXTS_FOLDER / "pages" / "review.yaml").read_text(encoding="utf-8"))["review"]
    assert [code for code in REASONS if f"reason_{code}" not in words] == []
    assert [code for code in REASONS if code not in messages()] == []
