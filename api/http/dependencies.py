"""What routes ask for: the service made at start-up, and a place in it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Query, Request

from api.core.context import Records
from api.core.settings import Settings
from api.documents.progress import Counted
from api.documents.signed_count import SignedCounter
from api.http.auth.current import MayPractise, origin_of
from api.http.made_at_start import made_at_start
from api.http.reading_pool import Readings
from api.people.actor import Actor
from api.people.addresses import network
from api.workers.pool import WorkerPool
from pipeline.errors import FormError
from pipeline.forms import known_forms

ReadingsDep = Annotated[Readings, Depends(made_at_start("readings", Readings))]
RecordsDep = Annotated[Records, Depends(made_at_start("records", Records))]
WorkersDep = Annotated[WorkerPool, Depends(made_at_start("workers", WorkerPool))]
CountedDep = Annotated[Counted, Depends(made_at_start("counted", Counted))]
SignedDep = Annotated[SignedCounter, Depends(made_at_start("signed", SignedCounter))]


def _settings(readings: ReadingsDep) -> Settings:
    return readings.settings


SettingsDep = Annotated[Settings, Depends(_settings)]


async def _practising(request: Request, actor: MayPractise, readings: ReadingsDep) -> AsyncIterator[Actor | None]:
    """Hold a place until the answer has been sent, streamed ones too."""
    place = readings.strangers.place(network(origin_of(request).peer)) if actor is None else readings.place_for(actor)
    with place:
        yield actor


Practising = Annotated[Actor | None, Depends(_practising)]
"""Whoever has forms read that are not kept, with a place in which they are."""


def _form(
    readings: ReadingsDep,
    form: Annotated[
        str | None, Query(description="Read only as this form, or any of this family.", examples=["c-hasil-ppwp-2024"])
    ] = None,
) -> str | None:
    families = dict.fromkeys(known.family for known in known_forms(readings.forms))
    if form is not None and form not in readings.forms and form not in families:
        raise FormError("form_unknown", form=form, installed=", ".join(families))
    return form


FormDep = Annotated[str | None, Depends(_form)]
