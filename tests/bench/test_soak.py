"""A soak of a few seconds, so that it can be run for an hour at any time; and what it says of growth."""

from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from tests.bench.load import Setup
from tests.bench.pictures import Pictures, document_of, station_of
from tests.bench.soak import Plan, soaked
from tests.bench.soak_report import Sample, grown, markdown


@pytest.fixture(scope="module")
def pictures(samples: Path) -> Pictures:
    paths = sorted(samples.glob("0024010001002-p?.jpg"))
    return Pictures([path.read_bytes() for path in paths], [{} for _ in paths])


@pytest.mark.parametrize("document", [0, 1, 899, 900, 9_000_000])
def test_the_station_of_a_document_leads_back_to_it(document: int) -> None:
    station = station_of(document)
    assert len(station) == 13
    assert document_of(station) == document


def test_every_upload_has_bytes_of_its_own(pictures: Pictures) -> None:
    uploads = [pictures.upload(index) for index in range(7)]
    assert len({name for name, _ in uploads}) == len({data for _, data in uploads}) == 7


def test_a_service_is_watched_while_people_work(pictures: Pictures) -> None:
    plan = Plan(
        minutes=0.05, every=1.0, rate=2.0, reviewers=1, think=0.4
    )  # sooner, nobody has looked: decided_too_soon
    with soaked(plan, Setup(workers=1), pictures, Console(quiet=True)) as soak:
        assert soak.run.finished() == soak.watched.counts["upload"]
        assert soak.watched.errors == []
    last = soak.samples[-1]
    assert last["service MiB"] > 1
    assert last["worker 1 handles"] > 1
    assert {"queue age s", "upload p95 ms", "claim p50 ms", "progress p50 ms"} <= {
        name for sample in soak.samples for name in sample
    }


def series(memory: float, handles: float) -> list[Sample]:
    """Return an hour of samples in which both grow by so much."""
    return [
        {
            "hours": at / 60,
            "busy": 1.0 + at % 3,
            "crowded": max(0.0, at % 3 - 1.0),
            "service MiB": 200 + memory * at / 60 + (at * 7) % 5 / 10,
            "service handles": 30 + round(handles * at / 60),
            "upload p50 ms": 20 + 5 * (at % 3),
            "numbers waiting": at,
        }
        for at in range(60)
    ]


def test_what_grows_is_named() -> None:
    assert grown(series(0, 0)) == []
    assert grown(series(30, 0)) == ["service MiB"]
    assert grown(series(30, 20)) == ["service MiB", "service handles"]


@pytest.mark.parametrize("lost", [0.0, 40.0])
def test_answers_that_wait_less_as_other_work_ends_do_not_hide_growth_nor_feign_it(lost: float) -> None:
    """Ten processes want two cores at first, and one at the end; up to two, nobody waits."""
    rng = np.random.default_rng(1)
    samples: list[Sample] = []
    for at in range(60):
        busy = max(1.0, 10.0 - at / 4)
        taken = 20 * max(1.0, busy / 2) + lost * at / 60 + rng.normal(0, 1)
        samples.append({"hours": at / 60, "busy": busy, "crowded": max(0.0, busy - 2), "upload p50 ms": taken})
    assert grown(samples) == (["upload p50 ms"] if lost else [])


def test_a_report_has_a_line_for_every_series() -> None:
    lines = markdown("SQLite", 60, series(30, 0), {"upload": 5}, ["decision: 500"])
    assert lines[0] == "SQLite; 60 minutes; 5 x upload; 1 errors."
    assert any("| service MiB |" in line and "**grows**" in line for line in lines)
    assert any("| upload p50 ms |" in line and "no growth" in line for line in lines)
    assert lines[-1] == "decision: 500"
