"""What a page of the service consists of, for tests."""

import re
from html.parser import HTMLParser


def tells(text: str, value: str) -> bool:
    """Return whether a text states a value; the same digits inside a hash or a token state nothing."""
    return re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", text) is not None


class Tags(HTMLParser):
    """Gathers the elements of a page and the words inside script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.inline = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.found and self.found[-1][0] in ("script", "style"):
            self.inline += data.strip()

    def addresses(self, *names: str) -> list[str]:
        """Return what the elements lead to."""
        return [value for _, attributes in self.found for name in names if (value := attributes.get(name))]
