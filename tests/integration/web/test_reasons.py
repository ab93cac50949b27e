"""Every reason that the desk can be filtered by has its words, in both languages."""

import yaml

from api.http.pages.desk import REASONS
from pipeline.reasons import catalogue
from tests.integration.web.test_pages import WEB


def test_every_reason_that_one_can_filter_by_is_known_and_has_words() -> None:
    words = yaml.safe_load((WEB / "words" / "review.yaml").read_text(encoding="utf-8"))["review"]
    assert [code for code in REASONS if f"reason_{code}" not in words] == []
    assert [code for code in REASONS if code not in catalogue()] == []
