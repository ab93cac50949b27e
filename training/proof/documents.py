"""Judge whole documents: numbers, acceptance, planted contradictions, and what each witness buys.

    chasil evaluate documents FOLDER... [--package MODEL] [--jobs N]

Folders are made by `chasil simulate`. Prints, with 95 % intervals: numbers right; accepted, and wrong among them;
planted contradictions that were reported at the right number, and false reports; the same decision with boxes alone,
then with each further witness, the rules, and that a page has one writer. From which posterior on numbers are accepted
is chosen elsewhere (`training.proof.threshold`).
"""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from models.package import ModelPackage
from pipeline import Reader
from pipeline.decision.acceptance import decide_number
from pipeline.decision.contradiction import WITNESSES
from pipeline.decision.document import merge_pages
from pipeline.decision.joint import posteriors
from pipeline.decision.number import expecting_leads, number_posteriors
from pipeline.documents import open_documents
from pipeline.evidence import NumberEvidence
from pipeline.forms import FormTemplate, NumberField, Rule
from pipeline.reading import DocumentReading, Outcome
from training.evaluation.metrics import coverage_at, upper_bound, wilson
from training.evaluation.one_number import right_and_accepted
from training.witnesses.contradictions import contradictions


@dataclass(frozen=True, slots=True)
class Heard:
    """What a decision hears beside what every box says by itself.

    Attributes:
        name: For a table.
        witnesses: Further witnesses.
        rules: Whether the rules between numbers.
        one_writer: Whether that a page has one writer.

    """

    name: str
    witnesses: tuple[str, ...] = ()
    rules: bool = False
    one_writer: bool = False


_FURTHER = WITNESSES[1:]

EVER_MORE = (
    Heard("boxes"),
    Heard("+ bubbles", _FURTHER[:1]),
    Heard("+ tally", _FURTHER[:2]),
    Heard("+ row sums", _FURTHER[:3]),
    Heard("+ words", _FURTHER),
    Heard("+ rules", _FURTHER, rules=True),
    Heard("+ one writer", _FURTHER, rules=True, one_writer=True),
)
"""One thing more at a time, to all that the reader hears."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One number: whether it was read right and accepted, and how sure the reader was."""

    document: str
    name: str
    right: bool
    accepted: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Case:
    """A document that was read, and what is true of it."""

    reading: DocumentReading
    values: Mapping[str, int | None]
    errors: tuple[str, ...]


def read_cases(folder: Path, reader: Reader, jobs: int) -> list[Case]:
    """Read every document of a simulated folder; numbers that nobody could read (null) are not judged."""
    truth: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        truth.setdefault(page["file"].split("-")[0], []).append(page)
    with ThreadPoolExecutor(jobs) as pool:
        readings = list(pool.map(reader.read_document, open_documents([folder])))
    return [_case(reading, truth[reading.document]) for reading in readings if reading.document in truth]


def _case(reading: DocumentReading, pages: Sequence[dict[str, Any]]) -> Case:
    values = {name: value for page in pages for name, value in page["values"].items()}
    errors = [error for page in pages for error in page.get("arith_errors", ())]
    return Case(reading, values, tuple(dict.fromkeys(errors)))


def judge(cases: Sequence[Case]) -> list[Judged]:
    """Return every number of every document as the reader decided it; one that was not found is wrong and in review."""
    judged = []
    for case in cases:
        for name, value in case.values.items():
            read = case.reading.fields.get(name)
            if value is None:
                continue
            right, accepted = right_and_accepted(read, value)
            judged.append(Judged(case.reading.document, name, right, accepted, read.confidence if read else 0.0))
    return judged


def judge_with(cases: Sequence[Case], form: FormTemplate, heard: Heard, threshold: float) -> list[Judged]:
    """Decide the same evidence again by a part of what is heard."""
    fields = {field.name: field for page in form.pages for field in page.numbers}
    judged = []
    for case in cases:
        _, evidence, _ = merge_pages([page for page in case.reading.pages if page.evidence])
        believed = {
            name: only(number, heard.witnesses, one_writer=heard.one_writer) for name, number in evidence.items()
        }
        judged += _decide(case, fields, believed, form.rules if heard.rules else (), threshold)
    return judged


def only(number: NumberEvidence, witnesses: Sequence[str], *, one_writer: bool = True) -> NumberEvidence:
    """Return the evidence of a number as if these witnesses alone, beside its boxes, had said anything.

    Without `one_writer` each box says what it says by itself; of evidence that was kept this is not known any more.
    """
    kept = tuple(statement for statement in number.statements if statement.witness in witnesses)
    heard = replace(number, statements=kept)
    if one_writer or number.looks is None:
        return heard
    return replace(heard, boxes=number_posteriors([expecting_leads(number.looks)])[0])


def _decide(
    case: Case,
    fields: Mapping[str, NumberField],
    evidence: Mapping[str, NumberEvidence],
    rules: Sequence[Rule],
    threshold: float,
) -> list[Judged]:
    found = posteriors(evidence, rules)
    judged = []
    for name, number in evidence.items():
        value = case.values.get(name)
        if value is None:
            continue
        decision = decide_number(fields[name], number, found[name], threshold)
        accepted = decision.outcome is Outcome.ACCEPTED
        judged.append(Judged(case.reading.document, name, decision.value == value, accepted, decision.confidence))
    return judged


def report(console: Console, cases: Sequence[Case], form: FormTemplate, threshold: float) -> None:
    """Print the judgement."""
    judged = judge(cases)
    console.print(f"{len(cases)} documents, {len(judged)} numbers, threshold {threshold:.6f}")
    console.print(f"numbers right      {_rate(sum(number.right for number in judged), len(judged))}")
    accepted = [number for number in judged if number.accepted]
    console.print(f"accepted           {_rate(len(accepted), len(judged))}")
    wrong = [number for number in accepted if not number.right]
    bound = upper_bound(len(wrong), len(accepted))
    console.print(f"wrong accepted     {len(wrong)} of {len(accepted)}, at most {bound:.6f} with 95 % confidence")
    console.print(*(f"  {number.document} {number.name}" for number in wrong), sep="\n")
    found = contradictions(((case.reading, case.values, case.errors) for case in cases), form)
    console.print(*found.lines(), sep="\n")
    console.print(*(f"  missed {one}" for one in found.missed), sep="\n")
    console.print(*(f"  false report {one}" for one in found.alarms), sep="\n")
    console.print(_ablation(cases, form, threshold))


def _ablation(cases: Sequence[Case], form: FormTemplate, threshold: float) -> Table:
    table = Table("heard", "right", "accepted", "wrong accepted", "coverage at 0.1 % risk", "at 0.01 % risk")
    for heard in EVER_MORE:
        judged = judge_with(cases, form, heard, threshold)
        accepted = [number for number in judged if number.accepted]
        confidence = np.array([number.confidence for number in judged])
        right = np.array([number.right for number in judged])
        table.add_row(
            heard.name,
            f"{right.mean():.5f}",
            f"{len(accepted) / len(judged):.4f}",
            str(sum(not number.right for number in accepted)),
            f"{coverage_at(confidence, right, 0.001):.4f}",
            f"{coverage_at(confidence, right, 0.0001):.4f}",
        )
    return table


def _rate(part: int, whole: int) -> str:
    low, high = wilson(part, whole)
    return f"{part} of {whole} = {part / max(1, whole):.5f} ({low:.5f} to {high:.5f})"


def evaluate(folders: Sequence[Path], form: str, package: ModelPackage | None, jobs: int) -> None:
    """Read and judge the documents of folders.

    Args:
        folders: Made by `chasil simulate`.
        form: Id of the form that they are of.
        package: Digit model; by default the champion.
        jobs: Threads.

    """
    cv2.setNumThreads(1)
    reader = Reader(package=package)
    cases = [case for folder in folders for case in read_cases(folder, reader, jobs)]
    report(Console(width=120, highlight=False), cases, reader.forms[form], reader.threshold)
