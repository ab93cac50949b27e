"""What this program reads with: form templates and model packages, and what of it readings on record were made with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.core.context import Records
from api.db.tables import FormVersion, Reading
from api.documents.decide import threshold_now
from models.registry import Registry
from pipeline.forms import known_forms


@dataclass(frozen=True, slots=True)
class FormLine:
    """A template.

    Attributes:
        id: Its id.
        title: By language.
        source: Where its geometry comes from.
        confirmed: Whether its layout was checked against the official file. Where it was not, nobody can say where the
            names on a page are, so that visitors see no picture of it.
        pages: How many are described.
        numbers: How many are read.
        rules: How many hold between them.
        sha256: The hash of its file.
        versions: How many versions of it are on record.

    """

    id: str
    title: Mapping[str, str]
    source: str
    confirmed: bool
    pages: int
    numbers: int
    rules: int
    sha256: str
    versions: int


@dataclass(frozen=True, slots=True)
class ModelLine:
    """A model package; `champion`: it reads. `threshold` is the posterior from which it accepts a number."""

    id: str
    kind: str
    champion: bool
    network: str
    parameters: int
    threshold: float
    sha256: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A promotion or a way back: which package took the place of which, when, and why."""

    at: datetime
    kind: str
    action: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadBy:
    """The model of readings on record, and how many readings it made."""

    id: str
    readings: int


@dataclass(frozen=True, slots=True)
class Models:
    """The models, how they came to read, and what they are held to.

    Attributes:
        packages: By kind; the champion of each first.
        changes: The newest first.
        stored: The threshold that came with the champion.
        threshold: The one in force; higher where people have raised it.
        readers: Models that readings on record were made with.

    """

    packages: Sequence[ModelLine]
    changes: Sequence[Change]
    stored: float
    threshold: float
    readers: Sequence[ReadBy]


def forms(session: Session, records: Records) -> list[FormLine]:
    """Return the installed templates, by id; the variants of a family are one, shown by the last, which has most."""
    versions = select(FormVersion.form_id, func.count()).group_by(FormVersion.form_id)
    known = dict(iter(session.execute(versions)))
    last = {form.family: form for form in known_forms(records.forms)}
    made = {family: (records.forms[form.id], form.family_title) for family, form in last.items()}
    return [
        FormLine(
            id=family,
            title={"id": title.id, "en": title.en},
            source=form.source,
            confirmed=form.confirmed,
            pages=len(form.pages),
            numbers=sum(len(page.numbers) for page in form.pages),
            rules=len(form.rules),
            sha256=records.form_hashes[form.id],
            versions=known.get(family, 0),
        )
        for family, (form, title) in sorted(made.items())
    ]


def models(session: Session, records: Records, registry: Registry) -> Models:
    """Return the model packages of this program.

    Raises:
        ModelError: A package is damaged.

    """
    made = select(Reading.model_id, func.count()).where(Reading.model_id.is_not(None)).group_by(Reading.model_id)
    return Models(
        packages=_packages(registry),
        changes=[_change(one) for one in reversed(registry.history())],
        stored=records.threshold,
        threshold=threshold_now(session, records.threshold),
        readers=[ReadBy(str(model), count) for model, count in session.execute(made.order_by(Reading.model_id))],
    )


def _packages(registry: Registry) -> list[ModelLine]:
    champions = registry.champions()
    lines = [
        ModelLine(
            id=package.id,
            kind=package.description.kind,
            champion=champions.get(package.description.kind) == package.id,
            network=package.description.network,
            parameters=package.description.parameters,
            threshold=package.description.thresholds.number,
            sha256=package.sha256,
            created=package.description.created,
        )
        for package in registry.list()
    ]
    return sorted(lines, key=lambda line: (line.kind, not line.champion, line.id))


def _change(entry: Mapping[str, object]) -> Change:
    return Change(
        at=datetime.fromisoformat(str(entry["time"])),
        kind=str(entry["kind"]),
        action=str(entry["action"]),
        before=str(entry.get("from", "")),
        after=str(entry.get("to", "")),
        reason=str(entry.get("reason", "")),
    )
