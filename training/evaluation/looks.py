"""Write down every look at the test part of the real pages, where the program runs out of its repository.

The test part judges, once a model. `docs/proof/looks.md` says who looked at what, so that a figure can be trusted; the
commands that look write it themselves. The same look again, with the same outcome, is no new row.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from training.evaluation.split import Part, split
from training.runs.whole_files import replace_text

REPOSITORY = Path(__file__).resolve().parents[2]
LOOKS = Path("docs") / "proof" / "looks.md"


def shows_the_test_part(files: Iterable[str]) -> bool:
    """Return whether any of these pages, by file name, is of the test part; pages of one's own are of none."""
    parts = split()
    return any(parts.get(file) is Part.TEST for file in files)


def note_look(judged: str, command: str, seen: str, repository: Path = REPOSITORY) -> str:
    """Append a look to the repository's list, and return what was done, for the terminal.

    Args:
        judged: What was judged: models, and how many pages.
        command: That looked.
        seen: What was seen, in a few words.
        repository: Folder in which the list lies; that of an installed package holds none.

    """
    file = repository / LOOKS
    if not (repository / ".git").exists() or not file.is_file():
        return "test part: not run from a repository, so this look is written down nowhere"
    row = " | ".join(_cell(text) for text in (judged, f"`{command}`", seen))
    lines = file.read_text(encoding="utf-8").splitlines()
    if any(line.startswith("|") and line.endswith(f"| {row} |") for line in lines):
        return f"test part: the same look, with the same outcome, stands in {LOOKS}"
    last = max(index for index, line in enumerate(lines) if line.startswith("|"))
    lines.insert(last + 1, f"| {datetime.now(UTC).date().isoformat()} | {row} |")
    replace_text(file, "\n".join(lines) + "\n")
    return f"test part: this look is written down in {LOOKS}; commit it"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
