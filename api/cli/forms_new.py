"""`chasil forms new`: a draft template from a blank form."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.cli.console import fault, styled, terminal
from api.cli.options import LanguageOption
from api.core.forms import every_form
from api.core.language import Language, word
from api.files.atomic import whole_bytes, whole_file, writable_folder
from pipeline.drafting import (
    Analysis,
    analyse,
    counts,
    draft_form,
    draw_page,
    open_blank,
    png,
    reader_name,
    template_text,
)
from pipeline.drafting.blank import Blank, Crop
from pipeline.drafting.boxes import inked
from pipeline.drafting.filled import layouts, open_filled
from pipeline.drafting.kept_blank import keep_blank
from pipeline.drafting.print_features import blank_print
from pipeline.drafting.private import below_numbers
from pipeline.errors import UsageError
from pipeline.forms import Forms, FormTemplate
from pipeline.reasons import Reason
from pipeline.registration.prints.basis import load_basis
from pipeline.registration.prints.page_print import print_path, save_print

_ID = re.compile(r"^[a-z0-9][a-z0-9-]*$")
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*[x×]\s*(\d+(?:\.\d+)?)\s*(?:mm)?\s*$", re.I)
_COUNTED = ("pages", "numbers", "boxes", "bubbles", "tallies", "row_sums", "tags", "corners", "lines", "rules")
"""What is counted in a draft, in the order in which it is listed."""

BlankArgument = Annotated[
    list[Path], typer.Argument(metavar="BLANK...", help="PDF atau gambar formulir kosong. / PDF or pictures.")
]
IdOption = Annotated[
    str | None, typer.Option("--id", metavar="ID", help="Id formulir. / Id of the form.", show_default="BLANK")
]
OutOption = Annotated[Path | None, typer.Option(metavar="FILE.yaml", help="Berkas templat. / Template file.")]
PageOption = Annotated[
    list[int] | None, typer.Option(metavar="N", help="Hanya halaman ini, boleh berulang. / Only these pages.")
]
SheetOption = Annotated[
    str | None, typer.Option(metavar="WxHmm", help="Ukuran lembar, mis. 210x297mm. / Size of the sheet.")
]
DpiOption = Annotated[float | None, typer.Option(min=30, max=2400, help="Resolusi pindaian. / Resolution of pictures.")]
CropOption = Annotated[
    str, typer.Option(metavar="auto|none|X,Y,W,H", help="Bagian halaman (mm). / Part of the page, mm.")
]
FilledOption = Annotated[
    bool,
    typer.Option("--filled", help="BLANK adalah foto lembar terisi. / BLANK are photographs of filled sheets."),
]
RecoveredOption = Annotated[
    Path | None, typer.Option(metavar="FILE.png", help="Gambar lembar yang dipulihkan. / The recovered blank.")
]
ForceOption = Annotated[bool, typer.Option(help="Ganti berkas yang ada. / Replace what is there.")]


def new_form(
    blank: BlankArgument,
    form: IdOption = None,
    out: OutOption = None,
    page: PageOption = None,
    sheet: SheetOption = None,
    dpi: DpiOption = None,
    crop: CropOption = "auto",
    filled: FilledOption = False,
    recovered: RecoveredOption = None,
    force: ForceOption = False,
    language: LanguageOption = Language.INDONESIAN,
) -> None:
    """Buat draf templat dari formulir kosong. / Draft a template from a blank form.

    Dengan --filled: dari lima foto atau lebih halaman yang sama, diisi tangan yang berbeda. / With --filled: from five
    photographs or more of one page, filled by different hands.

    Di samping FILE.yaml ditulis satu gambar per halaman, dan cetakannya, yang dikenali di foto. / One picture a page is
    written beside FILE.yaml, and its print, by which a photograph is recognised.
    """
    target = _target(form, out, blank[0])
    if target.exists() and not force:
        raise UsageError("form_exists", path=str(target))
    if reader_name() is None:  # before the work, so that whoever wants the words read can stop it
        _print_notes([Reason("draft_without_labels")], language)
    installed = every_form()
    if filled:
        given = _recovered(blank, page, installed, recovered or target.with_name(f"{target.stem}-blank.png"))
    else:
        source = f"{', '.join(file.name for file in blank)}, drafted by chasil forms new"
        given = _Given(open_blank(blank, page or (), _size(sheet), dpi, _crop(crop)), source)
    pages = [analyse(one) for one in given.pages]
    if not any(found.found.numbers for found in pages):
        raise UsageError("blank_without_numbers", path=blank[0].name)
    known = [installed[variants[-1]] for variants in installed.families.values()]
    content = draft_form(target.stem, pages, given.source, known)
    notes = _completed(content, pages, given.corners) if given.corners is not None else []
    model = FormTemplate.model_validate(content)
    pictures = [*_write(target, content, pages, model), *given.pictures]
    for page_found in pages:  # for practice pages that look as the form does
        keep_blank(target.parent, target.stem, page_found.number, page_found.paper, recovered=filled)
    notes = [*_notes(pages, installed, target.stem), *notes, *_write_prints(target, pages, model, filled=filled)]
    _report(target, counts(content), notes, pictures, language)


@dataclass(frozen=True, slots=True)
class _Given:
    """The blank pages that a draft is made of.

    Attributes:
        pages: As they were opened.
        source: Where they come from, as the template says it.
        corners: The corner markers that gave the scale of pages recovered from filled sheets; else None.
        pictures: What was written of them, to be looked at.

    """

    pages: list[Blank]
    source: str
    corners: dict[str, Any] | None = None
    pictures: tuple[Path, ...] = ()


def _recovered(photographs: list[Path], page: list[int] | None, installed: Forms, target: Path) -> _Given:
    """Recover the blank page from photographs, and write its picture."""
    if page is not None and len(page) > 1:
        raise UsageError("filled_one_page", pages=len(page))
    known = layouts(installed[variants[-1]] for variants in installed.families.values())
    blank, picture, layout = open_filled(photographs, page[0] if page else 1, known)
    writable_folder(target.parent)
    with whole_bytes(str(target)) as file:
        file.write(png(picture))
    source = f"{len(photographs)} photographs of filled sheets, drafted by chasil forms new --filled"
    return _Given([blank], source, layout.corners.model_dump(), (target,))


def _completed(content: dict[str, Any], pages: list[Analysis], corners: dict[str, Any]) -> list[Reason]:
    """State the markers that scaled a page, and its foot as private where no table of names was found, in place."""
    notes = []
    for drafted, page in zip(content["pages"], pages, strict=True):
        drafted.setdefault("corners", corners)
        if "private" not in drafted:
            area = below_numbers(page.paper, page.lines, page.found)
            drafted["private"] = [[round(value, 1) for value in area]]
            notes.append(Reason("filled_private", {"page": page.number}))
        if left := len(inked(page.paper, page.cells)):
            notes.append(Reason("filled_unclean", {"cells": left}))
    return notes


def _target(form: str | None, out: Path | None, blank: Path) -> Path:
    """Return the file to write: that of the id, or of the blank's name."""
    name = form or (out.stem if out else re.sub(r"[^a-z0-9]+", "-", blank.stem.lower()).strip("-"))
    if not _ID.match(name):
        raise UsageError("form_id_invalid", given=name)
    target = out or Path(f"{name}.yaml")
    if target.stem != name or target.suffix != ".yaml":
        raise UsageError("form_id_and_file", form=name, path=target.name)
    return target


def _size(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    found = _SIZE.match(text)
    size = (float(found.group(1)), float(found.group(2))) if found else (0.0, 0.0)
    if not all(10 <= side <= 5000 for side in size):
        raise UsageError("size_not_understood", given=text)
    return size


def _crop(text: str) -> Crop:
    if text in ("auto", "none"):
        return "none" if text == "none" else "auto"
    parts = text.split(",")
    try:
        x, y, width, height = (float(part) for part in parts)
    except ValueError:
        raise UsageError("crop_not_understood", given=text) from None
    if not (x >= 0 and y >= 0 and 10 < width < 5000 and 10 < height < 5000):
        raise UsageError("crop_not_understood", given=text)
    return (x, y, width, height)


def _write(target: Path, content: dict[str, Any], pages: list[Analysis], form: Any) -> list[Path]:
    """Write the template, and a picture of each page beside it."""
    writable_folder(target.parent)
    with whole_file(str(target)) as file:
        file.write(template_text(content, f"{content['title']['id']}: {content['source']}. Lengths in mm."))
    written = []
    for page in pages:
        path = target.with_name(f"{target.stem}-p{page.number}.png")
        with whole_bytes(str(path)) as picture:
            picture.write(
                png(draw_page(page.paper.grey, (form.sheet.width, form.sheet.height), form.page(page.number)))
            )
        written.append(path)
    return written


def _write_prints(target: Path, pages: list[Analysis], form: Any, *, filled: bool) -> list[Reason]:
    """Write what is printed on each page beside the template; return what to know of them."""
    notes = []
    for page in pages:
        size = (form.sheet.width, form.sheet.height)
        found = blank_print(page.paper.grey, size, form.page(page.number), load_basis(), filled=filled)
        if found is None:
            notes.append(Reason("draft_without_print", {"page": page.number}))
        else:
            save_print(print_path(target.parent, target.stem, page.number), found)
    if len(notes) < len(pages):
        notes.append(Reason("draft_unconfirmed"))
    return notes


def _notes(pages: list[Analysis], installed: Forms, draft: str) -> list[Reason]:
    """Return what whoever checks the draft should know, each thing once."""
    notes: list[Reason] = []
    for page in pages:
        notes += [note for note in page.notes if note not in notes]
        if page.tag is None:
            continue
        tag = (page.tag.family, page.tag.id)
        others = (form.id for form in installed.installed.values() if tag in form.tags and form.id != draft)
        if taken := next(others, None):
            notes.append(Reason("draft_tag_taken", {"family": tag[0], "tag": tag[1], "form": taken}))
    return notes


def _print_notes(notes: list[Reason], language: Language) -> None:
    for note in notes:
        terminal().print(fault(note, language.value, "yellow"))


def _report(
    target: Path, counted: dict[str, int], notes: list[Reason], pictures: list[Path], language: Language
) -> None:
    console = terminal()
    table = Table(word("draft_found", language), "", show_header=True)
    for key in _COUNTED:
        table.add_row(word(f"draft_count_{key}", language), str(counted[key]))
    console.print(table)
    _print_notes(notes, language)
    for key, value in {
        "written": str(target),
        "pictures": ", ".join(map(str, pictures)),
        "next": f"chasil forms edit {target} && chasil forms check {target}",
    }.items():
        console.print(styled(f"{word(f'draft_{key}', language)}: {value}"), soft_wrap=True)
