"""What the service remembers, opened and ready: database, originals, and the forms and elections in use."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from api.core.database import open_kept
from api.core.forms import installed_forms
from api.core.notifications import Queue, open_queue
from api.core.originals import Originals, open_originals
from api.core.service_secrets import ensure_secrets
from api.core.settings import Settings
from api.db import Database
from api.db.tables import Election, FormVersion
from api.ledger.actors import PROGRAM as WRITER
from api.ledger.append import record_event
from models.package import default_package, load_package
from pipeline.forms import Forms, FormTemplate

PROGRAM = WRITER
"""Who acts in the log where no person does."""

_FORM_PREFIX = "c-hasil-"


@dataclass(frozen=True, slots=True)
class Records:
    """What the service remembers.

    Attributes:
        database: Rows.
        originals: Bytes.
        forms: Templates by id.
        form_hashes: The hash of each template's file, by form id; variants of a family share theirs.
        threshold: Posterior from which a number is accepted, as stored with the champion.
        lease: How long a worker may take for one page.
        queue: Wakes workers on other machines; None where they look by themselves.

    """

    database: Database
    originals: Originals
    forms: Mapping[str, FormTemplate]
    form_hashes: Mapping[str, str]
    threshold: float
    lease: timedelta = timedelta(seconds=60)
    queue: Queue | None = None

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_records(settings: Settings, *, prepare: bool = False) -> Records:
    """Open what the service remembers; bring a database of this machine to the newest shape.

    Args:
        settings: Where it lies.
        prepare: As for `open_kept`.

    Raises:
        UsageError: `store_url`, or one of `open_kept` and `open_queue`.

    """
    database = open_kept(settings, prepare=prepare)
    forms = installed_forms(settings.forms)
    hashes = {one.id: hashlib.sha256(one.text.encode()).hexdigest() for one in forms.installed.values()}
    threshold = load_package(default_package("digits")).description.thresholds.number
    records = Records(
        database,
        open_originals(settings.originals_url),
        forms,
        hashes,
        threshold,
        timedelta(seconds=settings.lease_seconds),
        open_queue(database, settings.queue, prepare=prepare),
    )
    _register(records, forms, settings.form)
    ensure_secrets(database)
    return records


def election_of(family: str) -> str:
    """Return the id of the election that is counted on a family of forms: "ppwp-2024" for "c-hasil-ppwp-2024"."""
    return family.removeprefix(_FORM_PREFIX)


def _register(records: Records, forms: Forms, only: str | None) -> None:
    """Put every form, and an election counted on it, on record, once; variants of a family are one.

    A service that reads one form counts its election alone.
    """
    with records.database.reading() as session:
        known = set(session.scalars(select(FormVersion.sha256)))
    if known.issuperset(records.form_hashes.values()):
        return
    with records.database.writing() as session:
        for family, variants in forms.families.items():
            # The last variant has every number that the others have.
            form, last = variants[-1], forms.installed[variants[-1]]
            sha256, title, election = records.form_hashes[form], last.family_title, election_of(family)
            if session.get(FormVersion, sha256) is None:
                session.add(FormVersion(sha256=sha256, form_id=family, template=last.text))
                record_event(session, "form_registered", PROGRAM, f"form:{family}", {"form": family, "sha256": sha256})
            wanted = only is None or only in (family, *variants)
            if wanted and session.get(Election, election) is None:
                session.add(Election(id=election, form_id=form, title_id=title.id, title_en=title.en))
                record_event(session, "election_created", PROGRAM, f"election:{election}", {"form": form})
