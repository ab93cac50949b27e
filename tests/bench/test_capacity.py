"""The plan of a national evening is the arithmetic that it says."""

from dataclasses import replace

import pytest

from tests.bench.capacity import Assumptions, Measured, evenings, lines_of, measured_of, need

MEASURED = Measured(30, 120, 20, 256, 300, 500_000, 50_000, 100_000, 100_000, 8.0)


def test_the_nation_is_its_stations() -> None:
    found = need(MEASURED, Assumptions())
    assert found.pages == 54_333_576
    assert found.peak == pytest.approx(1509.3, abs=0.1)
    assert found.worker_cores == 302  # 1509.3 x 0.12 / 0.6 = 301.9
    assert found.databases == 21  # 1509.3 x 0.008 / 0.6 = 20.1
    assert found.originals_tb == pytest.approx(54.33, abs=0.01)
    assert found.upload_gbit == pytest.approx(6.04, abs=0.01)
    assert found.store_gbit == pytest.approx(3 * found.upload_gbit)


def test_one_election_is_a_part_of_it() -> None:
    assert need(MEASURED, replace(Assumptions(), pages=3)).peak == pytest.approx(68.6, abs=0.1)


def test_costs_are_those_of_the_mixture() -> None:
    def row(size: str, cost: float) -> dict[str, object]:
        cpu = {"service": cost, "workers": cost, "database": cost}
        same = dict.fromkeys(("worker_mib", "service_mib", "original_bytes", "database_bytes", "wal_bytes"), cost)
        return {"database": "PostgreSQL", "pictures": size, "cpu_ms": cpu, **same}

    rows = [row("phone", 10), row("phone", 12), row("phone", 100), row("chat", 4)]
    scale = {"loads": rows, "database_traffic": 1, "ceilings": {"PostgreSQL": {"chain_undisturbed": 8}}}
    assert measured_of(scale, 0.25).worker_ms == 0.25 * 12 + 0.75 * 4
    with pytest.raises(ValueError, match="both sizes"):
        measured_of({**scale, "loads": rows[:3]}, 0.5)


def test_fewer_workers_than_planned_fall_behind_and_catch_up() -> None:
    whole = need(MEASURED, Assumptions())
    lines = evenings(MEASURED, whole, (1.0, 0.4))
    assert "nothing ever waits" in lines[2]
    assert "nothing waits from hour" in lines[3]
    assert len(lines_of(MEASURED, {"whole": whole})) == 16
