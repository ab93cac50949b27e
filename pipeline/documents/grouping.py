"""Which files make one document, and what the document is called.

A document is the pages of one form of one polling station: a PDF, or the images of one folder that share a name up to a
page suffix ("-p1", "_hal 2", ".page3"), else one image alone.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from pipeline.documents.kinds import Kind
from pipeline.documents.names import comparable
from pipeline.documents.walk import Item

_SUFFIX = re.compile(
    r"(?P<stem>.*[^-_. ])[-_. ]+(?:p|pg|page|h|hal|hlm|halaman|lembar)[-_. ]*(?P<page>[0-9]{1,3})",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one document, by page number.

    Attributes:
        name: Name of the document, unique.
        items: Its files.

    """

    name: str
    items: tuple[Item, ...]


def split_page_suffix(stem: str) -> tuple[str, int | None]:
    """Split a file's name, without extension, into the document's name and the page number.

    Returns:
        The name and the page number, 1 to 999; the whole name and None if it has no page suffix.

    """
    match = _SUFFIX.fullmatch(stem)
    if match is None or int(match["page"]) == 0:
        return stem, None
    return match["stem"], int(match["page"])


def group_items(items: Iterable[Item]) -> list[Group]:
    """Put files together into documents, in the order in which their first files come."""
    groups: dict[tuple[object, ...], list[tuple[int, Item]]] = defaultdict(list)
    stems: dict[tuple[object, ...], tuple[str, bool]] = {}
    for number, item in enumerate(items):
        stem, page = split_page_suffix(PurePosixPath(item.file).stem)
        # A PDF is a document by itself, whatever its name; so is a file without page number.
        alone = page is None or item.kind is Kind.PDF
        key = (item.place, comparable(item.file), number) if alone else (item.place, comparable(stem))
        stems[key] = comparable(PurePosixPath(item.file).stem if alone else stem), alone
        groups[key].append((page or 1, item))
    ordered = [[item for _, item in sorted(pages, key=_by_page)] for pages in groups.values()]
    return [Group(*pair) for pair in zip(_unique(list(stems.values()), ordered), map(tuple, ordered), strict=True)]


def _by_page(numbered: tuple[int, Item]) -> tuple[int, str]:
    return numbered[0], numbered[1].file


def _unique(stems: list[tuple[str, bool]], groups: list[list[Item]]) -> list[str]:
    """Name the documents: by stem, where that is not unique with extension or folders, at last with a number."""
    beside = Counter((group[0].place, stem) for group, (stem, _) in zip(groups, stems, strict=True))
    candidates = []
    for group, (stem, alone) in zip(groups, stems, strict=True):
        first = group[0]
        # Two documents of one folder, such as a.jpg and a.pdf, are told apart by their extensions.
        own = comparable(first.file) if beside[first.place, stem] > 1 and alone else stem
        folders = first.place[1]
        candidates.append([own, *("/".join((*folders[-depth:], own)) for depth in range(1, len(folders) + 1))])
    levels = [0] * len(groups)
    names = [names[0] for names in candidates]
    while clashes := [
        i for i, count in enumerate(map(Counter(names).get, names)) if count != 1 and levels[i] + 1 < len(candidates[i])
    ]:
        for i in clashes:
            levels[i] += 1
            names[i] = candidates[i][levels[i]]
    return _numbered(names)


def _numbered(names: list[str]) -> list[str]:
    """Make names differ that are still alike, such as two uploads "image.jpg", by "#2", "#3"..."""
    taken = set(names)
    met: Counter[str] = Counter()
    numbered = []
    for name in names:
        met[name] += 1
        unique = name
        while met[name] > 1 and unique in taken:
            unique = f"{name}#{met[name]}"
            met[name] += unique in taken
        taken.add(unique)
        numbered.append(unique)
    return numbered
