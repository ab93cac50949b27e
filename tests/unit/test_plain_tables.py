"""No text of others becomes a formula, no value of a template a traceback, no rule a table of gigabytes."""

import ast
import csv
import io
from pathlib import Path

import pytest

from api.core.spreadsheets import plain
from api.rendering.tables import CsvWriter
from api.results.table import MARK, Shape, Table, csv_of
from api.tabulation.encode import Column, Format, encode
from pipeline.decision.joint import _links
from pipeline.errors import FormError
from pipeline.forms.loader import load_variants
from pipeline.forms.template import Rule
from tests import ROOT

FORMULAS = [
    "=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1+1", "＠SUM(1)", "﹦1", "﹢1", "﹣1",
    "﹫a", "⁼1", "⁺1", "\u200b=1", "\ufeff=1", " =1", "\u00a0＝1", "\u202e=1", "\x00=1",
]  # fmt: skip
HARMLESS = ["a=1", "1-2", "DESA ＝", "ꦗꦮ", "", "'=1", "(=1)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_quoted_in_every_table(text: str) -> None:
    encoded = b"".join(encode(Format.CSV, [Column("name", "text")], [(text,)]))
    assert next(csv.reader(io.StringIO(encoded.decode().partition("\n")[2])))[0].startswith("'")
    for shape in Shape:
        written = csv_of(Table([text, "b"], [[text, "b"]]), shape)
        rows = csv.reader(io.StringIO(written.removeprefix(MARK)), delimiter=";" if shape is Shape.EXCEL else ",")
        assert all(row[0].startswith("'") for row in rows)
    assert all(str(row[0]).startswith("'") for row in Table(["a"], [[text]]).cells())
    file = io.StringIO()
    source = {"name": text, "page": 1}
    page = {"document": text, "form": None, "form_page": None, "source": source, "fields": {}, "outcome": "rejected"}
    CsvWriter(file).write_lines([{**page, "reasons": []}, {"fields": {}}])
    _, row = csv.reader(io.StringIO(file.getvalue()))
    assert row[0].startswith("'")
    assert row[3].startswith("'")


@pytest.mark.parametrize("text", HARMLESS)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain(text) == text


def test_whoever_writes_a_table_uses_the_one_function() -> None:
    for path in sorted((ROOT / "api").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "csv.writer(" not in text:
            continue
        names = {
            name.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom) for name in node.names
        }
        assert "plain" in names, path


@pytest.mark.parametrize(
    "value",
    ["2020-99-99", "9" * 5000, "-" + "1" * 9999, "2020-02-30T99:99:99", "0x" + "g" * 9, "0b" + "1" * 20_000, "1:99:99",
     "!!int x", "!!bool x", "!!timestamp x", "!!float x", "1e99999", ".inf", ".nan", "!!set {a}", "{a: 1}", "[1]"],
)  # fmt: skip
def test_a_value_of_a_template_that_cannot_be_is_said(tmp_path: Path, value: str) -> None:
    path = tmp_path / "small.yaml"
    for line in ("version", "x"):
        path.write_text(f"{line}: {value}\n", encoding="utf-8")
        with pytest.raises(FormError) as caught:
            load_variants(path)
        assert caught.value.code in ("form_not_yaml", "form_invalid")


@pytest.mark.parametrize("shape", ["abs({}) <= 5", "{} <= 5", "abs({}) == 0", "ceil({}) >= 3"])
@pytest.mark.parametrize("count", [13, 18, 22, 60])
def test_a_rule_that_no_table_can_hold_is_refused_where_it_is_loaded(shape: str, count: int) -> None:
    label = {"id": "a", "en": "a"}
    numbers = " - ".join(f"n{index}" for index in range(count))
    with pytest.raises(ValueError, match=f"{count} numbers"):
        Rule.model_validate({"id": "a", "expression": shape.format(numbers), "label": label})
    few = " - ".join(f"n{index}" for index in range(12))
    Rule.model_validate({"id": "a", "expression": shape.format(few), "label": label})


def test_a_sum_may_have_as_many_numbers_as_the_form() -> None:
    numbers = " + ".join(f"n{index}" for index in range(200))
    rule = Rule.model_validate({"id": "a", "expression": f"jumlah == {numbers}", "label": {"id": "a", "en": "a"}})
    assert len(_links(rule, "sum")) == 199


@pytest.mark.parametrize("text", ["a - a + b == c + 0 * d", "0 * a + 0 * b + 0 * c + 0 * d == 0", "a - a == b - b"])
def test_numbers_that_cancel_make_no_chain(text: str) -> None:
    rule = Rule.model_validate({"id": "a", "expression": text, "label": {"id": "a", "en": "a"}})
    assert _links(rule, "sum") == []
