"""Every page that has a picture is shown, and every picture is of a page that is taken again."""

from pathlib import Path

from tests.bench.screens import SCREENS, TARGET

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "screens.md"


def test_the_page_of_pictures_shows_each_once() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert {file.stem for file in TARGET.glob("*")} == {screen.name for screen in SCREENS}
    for screen in SCREENS:
        assert text.count(f"../screenshots/pages/{screen.name}.webp") == 1, screen.name
        assert f"(`{screen.path}`, " in text, screen.name
