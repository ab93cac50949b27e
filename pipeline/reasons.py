"""Why something was rejected, put to review or refused: stable codes, and their text in English and Indonesian.

Codes are part of the interface: programs match on them, people read the text. Every text says what was seen, the limit
it broke and, where a person can mend it, what to do. The texts live in `data/messages.yaml`, one entry a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.texts import messages

ADVICE = frozenset({"corner_outside", "corner_hidden", "negative", "sheet_typed", "tag_unknown"})
"""Codes of advice about a picture that was read all the same: they keep nothing from being accepted by themselves."""

RETAKE = frozenset(
    {
        "corner_hidden",
        "corner_outside",
        "form_ambiguous",
        "form_not_recognised",
        "image_damaged",
        "mirrored",
        "no_ruled_sheet",
        "number_outside",
        "number_overexposed",
        "page_set_aside",
        "rows_may_follow",
        "several_sheets",
        "several_sheets_unread",
        "sheet_blurred",
        "sheet_cut_off",
        "sheet_too_small",
        "sheet_typed",
        "tag_of_another_page",
    }
)
"""Codes of what another photograph of the same page may mend, whether it was read or not. What is wrong with the sheet
itself, no photograph mends."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a stable code and the values that its text quotes.

    Attributes:
        code: A key of `data/messages.yaml`.
        values: What was seen, by the names that the text uses in braces. Numbers with a part are given as numbers,
            rounded to what a person needs to see, and written as each language does.

    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """Return the text in `language` ("en" or "id").

        Raises:
            KeyError: The code or one of the values that its text quotes is missing: a defect of the program.

        """
        values = {name: _written(value, language) for name, value in self.values.items()}
        return messages()[self.code][language].format(**values)

    def to_json(self) -> dict[str, Any]:
        """Return the reason as the JSON contract states it, with the Indonesian text beside it."""
        return {"code": self.code, "message": self.text("en"), "translations": {"id": self.text("id")}}


def _written(value: Any, language: str) -> Any:
    """Return a number with a part as the language writes it, 99,5 in Indonesian; whatever else is there as it is."""
    if not isinstance(value, float):
        return value
    text = f"{value:.10g}"
    return text.replace(".", ",") if language == "id" else text
