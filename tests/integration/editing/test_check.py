"""Faults at the field where they are, in both languages; what rules mean."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.editing.check import faults_in, meanings
from tests.integration.editing.conftest import content_of

NUMBER = "pages.0.numbers"


def test_a_sound_template_has_no_faults(template: Path) -> None:
    assert faults_in(content_of(template), "mine") == []


@pytest.mark.parametrize(
    ("spoil", "places", "indonesian"),
    [
        (lambda c: number(c, 0).update(name="Suara Sah"), {f"{NUMBER}.0.name"}, "huruf kecil"),
        (lambda c: number(c, 0).update(name="suara_total"), {f"{NUMBER}.0.name", f"{NUMBER}.2.name"}, "dua kali"),
        (lambda c: number(c, 1)["boxes"].update(pitch=3), {f"{NUMBER}.1.boxes"}, "bertindihan"),
        (lambda c: number(c, 1)["boxes"].update(x=595), {f"{NUMBER}.1.boxes"}, "keluar dari lembar"),
        (lambda c: number(c, 1)["boxes"].update(width=-1), {f"{NUMBER}.1.boxes.width"}, "harus di atas"),
        (lambda c: number(c, 1)["boxes"].update(count=9), {f"{NUMBER}.1.boxes.count"}, "paling banyak 6"),
        (lambda c: number(c, 1).pop("tally"), {f"{NUMBER}.1"}, "memerlukan kisi turus"),
        (lambda c: c["rules"][0].update(expression="suara_sah = 3"), {"rules.0.expression"}, "bukan aturan"),
        (lambda c: c["rules"][0].update(expression="suara_sah == nobody"), {"rules.0.expression"}, "menyebut nobody"),
        (lambda c: c["rules"].append(c["rules"][0]), {"rules.0.id", "rules.1.id"}, "dua kali"),
        (lambda c: c["pages"][0]["private"].append([1, 2, 0, 3]), {"pages.0.private.1"}, "persegi panjang"),
        (lambda c: c.update(id="other"), {"id"}, "sama dengan nama berkas"),
        (lambda c: c.pop("title"), {"title"}, "wajib diisi"),
    ],
)
def test_a_fault_is_told_at_its_field(
    template: Path, spoil: Callable[[Any], object], places: set[str], indonesian: str
) -> None:
    content = content_of(template)
    spoil(content)
    faults = faults_in(content, "mine")
    told = {fault.place for fault in faults if indonesian in fault.indonesian}
    assert told == places
    assert {fault.place for fault in faults} == places
    assert all(fault.english for fault in faults)


def number(content: Any, index: int) -> Any:
    return content["pages"][0]["numbers"][index]


def test_names_given_twice_are_told_beside_other_faults(template: Path) -> None:
    content = content_of(template)
    number(content, 0)["name"] = "suara_total"
    content["rules"][0]["expression"] = "broken"
    assert {fault.place for fault in faults_in(content, "mine")} >= {f"{NUMBER}.0.name", "rules.0.expression"}


def test_a_rule_is_said_in_the_labels_of_its_numbers(template: Path) -> None:
    content = content_of(template)
    content["rules"].append({"id": "soft", "expression": "abs(suara_sah - ceil(0.5 * suara_total)) <= 1"})
    content["rules"].append({"id": "bad", "expression": "nothing"})
    first, second, third = meanings(content)
    assert first is not None
    assert first.indonesian == "Jumlah suara sah dan tidak sah = Jumlah seluruh suara sah + Jumlah suara tidak sah"
    assert first.english == "All votes, valid and invalid = All valid votes + Invalid votes"
    assert second is not None
    assert "0,5 × Jumlah suara sah dan tidak sah" in second.indonesian
    assert second.english.endswith("at most 1")
    assert third is None
