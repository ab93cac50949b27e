"""`make docs` writes docs/reference/error-codes.md and docs/reference/settings.md."""

from rich.console import Console

from tests.documentation.pages import PAGES


def main() -> None:
    """Write all pages."""
    for file, page in PAGES.items():
        file.write_text(page(), encoding="utf-8")
        Console().print(str(file), highlight=False)


main()
