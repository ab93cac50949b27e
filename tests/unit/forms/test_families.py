"""One file that stands for several forms."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.errors import FormError
from pipeline.forms import Forms, FormTemplate, chosen, known_forms, load_forms, load_variants, tagged_pages

BOXES = {"x": 100, "y": 20, "width": 10, "height": 10, "pitch": 12, "count": 3}


def family() -> dict[str, Any]:
    """Return a small family: pairs below each other on page 2, one number on page 1, and one without pairs."""
    return {
        "family": "trial",
        "include": ["common"],
        "title": {"id": "Percobaan", "en": "Trial"},
        "source": "test",
        "confirmed": False,
        "sheet": {"width": 210, "height": 297},
        "texts": {"word": "pasangan"},
        "parameters": {
            "pairs": {"default": 2, "label": {"id": "Pasangan", "en": "Pairs"}},
            "empty": {"default": False, "label": {"id": "Kolom kosong", "en": "Empty column"}},
            "first_tag": {"default": 900, "label": {"id": "Tag", "en": "Tag"}},
        },
        "variants": [
            {"suffix": "pairs-2"},
            {"suffix": "pairs-4", "parameters": {"pairs": 4}, "title": {"id": "Empat", "en": "Four"}},
            {"suffix": "empty", "parameters": {"empty": True, "first_tag": 950}},
        ],
        "pages": [
            {"tag": tag("{first_tag}"), "shared_print": "first_page", "blocks": [{"use": "total"}]},
            {
                "tag": tag("{first_tag+1}"),
                "blocks": [
                    {"use": "pair", "at": [0, 30], "repeat": {"each": "pair", "count": "{pairs}", "pitch": [5, 40]}},
                    {"when": "empty", "captions": [{"at": [1, 2], "text": "KOLOM KOSONG"}]},
                    {
                        "unless": "empty",
                        "captions": [
                            {"at": [1, 2], "text": "{page}/{pages}: {sum}", "sum": {**counted(), "of": "IV.{pair}"}}
                        ],
                    },
                ],
            },
        ],
        "rules": [
            {
                "id": "total-is-sum",
                "sum": {**counted(), "of": "paslon_{pair}"},
                "expression": "total == {sum}",
                "label": {"id": "a", "en": "b"},
            },
            {
                "id": "paslon_{pair}-within-total",
                "repeat": counted(),
                "expression": "paslon_{pair} <= total",
                "label": {"id": "Paslon {pair}", "en": "Pair {pair}"},
            },
        ],
    }


def tag(identity: str) -> dict[str, Any]:
    return {"family": "APRILTAG_36h10", "id": identity, "square": [10, 10, 20, 20]}


def counted() -> dict[str, Any]:
    return {"each": "pair", "count": "{pairs}"}


def common() -> dict[str, Any]:
    return {
        "blocks": {
            "total": {
                "numbers": [{"name": "total", "label": {"id": "a", "en": "b"}, "boxes": BOXES}],
            },
            "pair": {
                "numbers": [
                    {
                        "name": "paslon_{pair}",
                        "label": {"id": "Suara {word} {pair}", "en": "Votes, pair {pair}"},
                        "boxes": BOXES,
                        "tally": {"x": 10, "y": 20, "columns": 4, "rows": 2, "cell_width": 10, "cell_height": 5},
                        "words": [10, 31, 50, 8],
                    }
                ],
                "lines": [{"start": [5, 18], "end": [150, 18]}],
                "captions": [{"at": [7, 25], "text": "{pair}", "dotted_to": 90}],
                "frames": [[[5, 18, 145, 20], 0.5]],
                "solids": [[[160, 18], [166, 18], [163, 24]]],
                "private": [[5, 32, 20, 5]],
                "variable": [[8, 24, 80, 6]],
            },
        }
    }


def written(folder: Path, spoil: Callable[[Any, Any], object] = lambda _family, _common: None) -> Path:
    """Write the family, spoilt, and what it includes; return its path."""
    own, shared = family(), common()
    spoil(own, shared)
    (folder / "shared").mkdir()
    (folder / "shared" / "common.yaml").write_text(yaml.safe_dump(shared), encoding="utf-8")
    path = folder / "trial.yaml"
    path.write_text(yaml.safe_dump(own), encoding="utf-8")
    return path


@pytest.fixture
def forms(tmp_path: Path) -> Forms:
    written(tmp_path)
    return load_forms(tmp_path)


def test_every_variant_is_a_form_of_its_own(forms: Forms) -> None:
    assert list(forms) == ["trial-pairs-2", "trial-pairs-4", "trial-empty"]
    four = forms["trial-pairs-4"]
    assert four.family == "trial"
    assert four.parameters == {"pairs": 4, "empty": False, "first_tag": 900}
    assert four.title.en == "Four"
    assert forms["trial-pairs-2"].title.en == "Trial"
    assert forms.families == {"trial": ("trial-pairs-2", "trial-pairs-4", "trial-empty")}


def test_blocks_are_repeated_at_their_pitch(forms: Forms) -> None:
    page = forms["trial-pairs-4"].page(2)
    assert [field.name for field in page.numbers] == ["paslon_1", "paslon_2", "paslon_3", "paslon_4"]
    third = page.numbers[2]
    assert third.label.id == "Suara pasangan 3"
    assert [third.boxes.x, third.boxes.y] == [110, 130]
    assert third.tally is not None
    assert [third.tally.x, third.tally.y] == [20, 130]
    assert list(third.words or ()) == [20, 141, 50, 8]
    assert list(page.artwork.lines[2].start) == [15, 128]
    assert [*page.artwork.captions[2].at, page.artwork.captions[2].dotted_to] == [17, 135, 100]
    assert page.artwork.captions[2].text == "3"
    assert list(page.artwork.frames[2][0]) == [15, 128, 145, 20]
    assert [list(corner) for corner in page.artwork.solids[2]] == [[170, 128], [176, 128], [173, 134]]
    assert list(page.private[2]) == [15, 142, 20, 5]


def test_areas_that_change_move_with_their_block(forms: Forms) -> None:
    first, second = forms["trial-pairs-4"].pages
    assert [list(area) for area in second.variable] == [[8 + 5 * n, 54 + 40 * n, 80, 6] for n in range(4)]
    assert (first.shared_print, second.shared_print, first.variable) == ("first_page", None, ())


def test_conditions_and_sums_follow_the_parameters(forms: Forms) -> None:
    texts = {form: [caption.text for caption in forms[form].page(2).artwork.captions] for form in forms}
    assert "2/2: IV.1 + IV.2 + IV.3 + IV.4" in texts["trial-pairs-4"]
    assert "KOLOM KOSONG" in texts["trial-empty"]
    assert "KOLOM KOSONG" not in texts["trial-pairs-2"]
    rules = {rule.id: rule.expression for rule in forms["trial-pairs-4"].rules}
    assert rules["total-is-sum"] == "total == paslon_1 + paslon_2 + paslon_3 + paslon_4"
    assert rules["paslon_4-within-total"] == "paslon_4 <= total"
    assert len(forms["trial-pairs-2"].rules) == 3


def test_variants_share_tags_and_tags_follow_parameters(forms: Forms) -> None:
    tags = tagged_pages(forms)
    assert [page.form.id for page in tags["APRILTAG_36h10", 901]] == ["trial-pairs-2", "trial-pairs-4"]
    assert [page.form.id for page in tags["APRILTAG_36h10", 951]] == ["trial-empty"]
    assert dict(tags) == dict(tagged_pages(list(forms.values())))


def test_one_variant_may_be_confirmed_and_the_others_not(tmp_path: Path) -> None:
    written(tmp_path, lambda f, _: f["variants"][1].update(confirmed=True))
    forms = load_forms(tmp_path)
    assert [form.confirmed for form in forms.values()] == [False, True, False]
    assert [known.confirmed for known in known_forms(forms)] == [False, True, False]


def test_a_page_of_a_confirmed_form_may_not_be_confirmed(tmp_path: Path) -> None:
    written(tmp_path, lambda f, _: (f.update(confirmed=True), f["pages"][0].update(confirmed=False)))
    form = load_forms(tmp_path)["trial-pairs-2"]
    assert form.confirmed
    assert [form.is_confirmed(page.number) for page in form.pages] == [False, True]


def test_pages_may_begin_with_another_number_than_1(tmp_path: Path) -> None:
    written(tmp_path, lambda f, _: f["pages"][0].update(number=2))
    form = load_forms(tmp_path)["trial-pairs-2"]
    assert [page.number for page in form.pages] == [2, 3]
    assert [caption.text for caption in form.page(3).artwork.captions if "/" in caption.text] == ["3/3: IV.1 + IV.2"]


def test_a_fault_on_a_page_with_a_number_of_its_own_is_named(tmp_path: Path) -> None:
    path = written(
        tmp_path, lambda f, c: (f["pages"][0].update(number=2), c["blocks"]["pair"]["numbers"][0].update(size=3))
    )
    with pytest.raises(FormError) as error:
        load_variants(path)
    assert "common blocks.pair.numbers.0.size: " in error.value.reason.text()


def test_a_family_is_chosen_whole_and_a_variant_alone(forms: Forms) -> None:
    assert list(chosen(forms, "trial")) == list(forms)
    assert list(chosen(dict(forms), "trial")) == list(forms)
    assert list(chosen(forms, "trial-empty")) == ["trial-empty"]
    with pytest.raises(FormError, match="form_unknown"):
        chosen(forms, "trials")


@pytest.mark.parametrize(
    ("spoil", "place", "fault"),
    [
        (lambda f, _: f.update(colour="red"), "colour", "Extra inputs are not permitted"),
        (lambda f, _: f["pages"][0]["blocks"][0].update(colour=1), "pages.0.blocks.0.colour", "Extra inputs"),
        (lambda f, _: f["pages"][0]["blocks"][0].update(use="nothing"), "pages.0.blocks.0.use", "no block nothing"),
        (lambda f, _: f["pages"][0]["blocks"][0].update(lines=[{}]), "pages.0.blocks.0", "nothing of its own"),
        (lambda f, _: f["pages"][0]["blocks"][0].update(variable=[[1, 2, 3, 4]]), "pages.0.blocks.0", "nothing of its"),
        (lambda _, c: c["blocks"]["pair"].update(variable=[[1, 2, 0, 4]]), "variable.0", "width and height above 0"),
        (lambda f, _: f["pages"][1]["tag"].update(id="{tag+1}"), "pages.1.tag", "speaks of tag"),
        (lambda f, _: f["pages"][1]["tag"].update(id="{word+1}"), "pages.1.tag", "no whole number"),
        (lambda f, _: f["pages"][1]["tag"].update(id="{2**9}"), "pages.1.tag", "is not a name, or a sum"),
        (lambda f, _: f["pages"][1]["blocks"][1].update(when="word"), "pages.1.blocks.1.when", "no parameter"),
        (lambda f, _: f["variants"][1]["parameters"].update(pair=4), "form", "sets pair, which is no parameter"),
        (lambda f, _: f["variants"][1]["parameters"].update(pairs=True), "form", "not a whole number"),
        (lambda f, _: f["variants"][1].update(confirmed="no"), "variants.1.confirmed", "valid boolean"),
        (lambda f, _: f["pages"][1].update(number=0), "pages.1.number", "greater than or equal to 1"),
        (lambda f, _: f["pages"][1].update(number=1), "form", "in the order of their printed numbers"),
        (lambda f, _: f["variants"][1].update(suffix="empty"), "form", "variants named twice: empty"),
        (lambda f, _: f["parameters"]["pairs"].update(default=999), "repeat.count", "999 is outside 0..200"),
        (lambda f, _: f.update(family="other"), "family", "must equal the file name trial"),
        (lambda _, c: c.update(pages=[]), "pages", "Extra inputs are not permitted"),
        (
            lambda _, c: c["blocks"]["pair"]["numbers"][0].update(size=3),
            "common blocks.pair.numbers.0.size",
            "Extra inputs",
        ),
        (
            lambda _, c: c["blocks"]["pair"]["captions"][0].update(text="{pear}"),
            "common blocks.pair.captions.0",
            "speaks of pear",
        ),
        (lambda f, _: f["rules"][0].update(expression="total = {sum}"), "rules.0.expression", "not a comparison"),
    ],
)
def test_a_fault_is_named_with_the_place_in_its_own_file(
    tmp_path: Path, spoil: Callable[[Any, Any], object], place: str, fault: str
) -> None:
    with pytest.raises(FormError) as error:
        load_variants(written(tmp_path, spoil))
    text = error.value.reason.text()
    assert error.value.code == "form_invalid"
    assert f"{place}: " in text
    assert fault in text


def test_a_block_that_uses_itself_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, lambda _, c: c["blocks"].update(total={"use": "total"}))
    with pytest.raises(FormError, match="deep"):
        load_variants(path)


def test_an_included_file_that_is_missing_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, lambda f, _: f.update(include=["absent"]))
    with pytest.raises(FormError, match="form_missing") as error:
        load_variants(path)
    assert "absent.yaml" in error.value.reason.text()


def test_two_families_may_not_claim_one_tag(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "second.yaml").write_text(yaml.safe_dump({**family(), "family": "second"}), encoding="utf-8")
    with pytest.raises(FormError, match="form_tag_twice"):
        load_forms(tmp_path)


def _pilkada_ids() -> list[str]:
    return [name for name in load_forms() if name.startswith("c-hasil-kwk-") and "-2024-" in name]


@cache
def _pilkada() -> tuple[FormTemplate, ...]:
    forms = load_forms()
    return tuple(forms[name] for name in _pilkada_ids())


@pytest.mark.parametrize("name", _pilkada_ids())
def test_the_pilkada_forms_have_their_pairs(name: str) -> None:
    (form,) = (form for form in _pilkada() if form.id == name)
    pairs = form.parameters["pairs"]
    fields = [field for page in form.pages[1:-1] for field in page.numbers]
    assert [field.name for field in fields] == [f"paslon_{pair}" for pair in range(1, pairs + 1)]
    assert all(field.bubbles and field.tally and field.row_sums and field.words for field in fields)
    assert all(len(page.numbers) <= 3 for page in form.pages[1:-1])
    assert len(form.pages) == (3 if pairs <= 3 else 4)
    assert (len(form.pages[0].numbers), len(form.pages[-1].numbers)) == (22, 6)
    total = next(rule for rule in form.rules if rule.id == "suara_sah-is-sum")
    assert total.parsed.names == ("suara_sah", *(f"paslon_{pair}" for pair in range(1, pairs + 1)))
    for field in (*fields, form.pages[-1].numbers[1]):
        assert field.tally
        assert field.row_sums
        assert field.row_sums.total
        # The room for the sum of all rows stands below them, wherever on the page the pair does.
        left, top, width, _ = field.row_sums.total
        sums = field.row_sums.bounds
        assert (left, top, width) == pytest.approx((sums[0], sums[1] + sums[3], sums[2]), abs=0.1)
        assert field.tally.columns * field.tally.rows * field.tally.strokes == 600


def test_of_the_pilkada_sheets_only_what_was_seen_is_confirmed() -> None:
    seen = [(form.id, page.number) for form in _pilkada() for page in form.pages if form.is_confirmed(page.number)]
    assert seen == [("c-hasil-kwk-bupati-2024-pairs-2", 2), ("c-hasil-kwk-bupati-2024-pairs-2", 3)]
    assert all("not confirmed" in form.source for form in _pilkada())


def test_pilkada_sheets_have_the_tags_that_were_seen_and_no_others() -> None:
    tags = {form.id: [page.tag and page.tag.id for page in form.pages] for form in _pilkada()}
    assert tags["c-hasil-kwk-bupati-2024-pairs-2"] == [None, 222, 290]
    assert tags["c-hasil-kwk-bupati-2024-pairs-5"] == [None, None, None, 290]
    assert {tag for form in tags for tag in tags[form] if "bupati" not in form} == {None}


def test_sheets_of_the_three_elections_are_alike_but_for_the_words_that_tell_them_apart() -> None:
    forms = load_forms()
    elections = [forms[f"c-hasil-kwk-{head}-2024-pairs-4"] for head in ("bupati", "gubernur", "walikota")]
    for pages in zip(*(form.pages for form in elections), strict=True):
        assert len({page.frames for page in pages}) == 1
        assert len({page.shared_print for page in pages}) == 1
        assert pages[0].shared_print
        assert len({page.artwork for page in pages}) == 3
    assert all(page.variable for page in elections[0].pages[1:])


def test_names_on_pilkada_sheets_are_no_evidence_and_those_at_the_foot_are_private() -> None:
    page = load_forms()["c-hasil-kwk-bupati-2024-pairs-3"].page(2)
    for number in (1, 2, 3):
        (name,) = (caption for caption in page.artwork.captions if caption.text == str(number) and caption.size > 5)
        assert any(x < 127 < x + width and y > name.at[1] for x, y, width, _ in page.variable)
    lowest = max(line.end[1] for line in page.artwork.lines if line.start[0] == 528)
    assert lowest < page.private[0][1]


def test_the_empty_column_is_an_ordinary_second_candidate() -> None:
    form = load_forms()["c-hasil-kwk-walikota-2024-kolom-kosong"]
    assert [field.name for field in form.page(2).numbers] == ["paslon_1", "paslon_2"]
    assert "kolom kosong" in form.page(2).numbers[1].label.id


def test_pages_of_all_pilkada_variants_look_alike_but_for_the_pairs() -> None:
    forms = load_forms()
    two, six = (forms[f"c-hasil-kwk-bupati-2024-pairs-{pairs}"] for pairs in (2, 6))
    assert two.page(1).frames == six.page(1).frames
    assert two.page(2).frames == six.page(2).frames[:2]
    assert (two.page(3).frames, two.page(3).tag) == (six.page(4).frames, six.page(4).tag)


def test_page_1_stands_where_it_stands_on_the_official_presidential_form() -> None:
    forms = load_forms()
    official, ours = forms["c-hasil-ppwp-2024"], forms["c-hasil-kwk-gubernur-2024-pairs-3"]
    assert ours.page(1).frames == official.page(1).frames


@pytest.mark.parametrize(("pairs", "votes"), [(2, 800), (3, 800), (4, 560), (5, 480)])
def test_the_sheet_of_2020_is_page_2_alone_and_only_three_pairs_were_seen(pairs: int, votes: int) -> None:
    form = load_forms()[f"c-hasil-kwk-2020-pairs-{pairs}"]
    assert form.confirmed is (pairs == 3)
    assert [page.number for page in form.pages] == [2]
    *fields, total = form.page(2).numbers
    assert [field.name for field in fields] == [f"paslon_{pair}" for pair in range(1, pairs + 1)]
    assert (total.name, total.tally, total.bubbles) == ("suara_sah", None, None)
    for field in fields:
        assert field.tally
        assert field.row_sums
        assert field.tally.columns * field.tally.rows * field.tally.strokes == votes
    assert total.boxes.y + total.boxes.height < form.page(2).private[0][1]
    assert form.rules[0].parsed.names == ("suara_sah", *(field.name for field in fields))


@pytest.mark.parametrize(
    ("form", "tags", "pages", "candidates"),
    [
        ("c-hasil-dpr-2024-candidates-8", [*range(201, 219), 219, 220], 20, 8),
        ("c-hasil-dprd-prov-2024-candidates-12", [*range(401, 419), 425, 499], 20, 12),
        ("c-hasil-dprd-kabko-2024-aceh-candidates-14", [*range(501, 525), 525, 599], 26, 14),
    ],
)
def test_lists_have_a_page_for_each_party(form: str, tags: list[int], pages: int, candidates: int) -> None:
    template = load_forms()[form]
    assert [page.tag.id for page in template.pages if page.tag] == tags
    assert len(template.pages) == pages
    names = [field.name for field in template.page(2).numbers]
    assert names == ["partai_1", *(f"partai_1_calon_{n}" for n in range(1, candidates + 1)), "partai_1_jumlah"]
    assert template.pages[-2].numbers[0].name == "partai_24"
    rules = {rule.id: rule.parsed.names for rule in template.rules}
    assert rules["partai_3_jumlah-is-sum"][:3] == ("partai_3_jumlah", "partai_3", "partai_3_calon_1")
    assert len(rules["suara_sah-is-sum"]) == pages - 1


@pytest.mark.parametrize(
    ("candidates", "tags", "on_page"),
    [(7, [301, 302, 399], [7]), (8, [301, 302, 399], [8]), (13, [301, 302, 303, 399], [8, 5])],
)
def test_candidates_of_the_dpd_are_counted_eight_on_a_page(
    candidates: int, tags: list[int], on_page: list[int]
) -> None:
    form = load_forms()[f"c-hasil-dpd-2024-candidates-{candidates}"]
    assert [page.tag.id for page in form.pages if page.tag] == tags
    assert [len(page.numbers) for page in form.pages[1:-1]] == on_page
    names = [field.name for page in form.pages[1:-1] for field in page.numbers]
    assert names == [f"calon_{n}" for n in range(1, candidates + 1)]
    rules = {rule.id: rule.parsed.names for rule in form.rules}
    assert rules["suara_sah-is-sum"] == ("suara_sah", *names)


def test_the_totals_of_the_dpd_stand_as_on_the_presidential_form_but_for_the_date() -> None:
    forms = load_forms()
    ours, official = (
        dict(forms[name].pages[-1].frames) for name in ("c-hasil-dpd-2024-candidates-13", "c-hasil-ppwp-2024")
    )
    assert ours.keys() == official.keys()
    for name, boxes in official.items():
        lower = 31.7 if name.startswith("tgl_") else 0.0
        assert ours[name].bounds == pytest.approx((boxes.x, boxes.y + lower, *boxes.bounds[2:]))


def test_what_is_known_of_a_form_without_making_it_is_true_of_it() -> None:
    forms = load_forms()
    for family in forms.families.values():
        known, form = forms.installed[family[0]], forms[family[0]]
        assert (known.id, known.family, known.confirmed, known.title) == (
            form.id,
            form.family,
            form.confirmed,
            form.title,
        )
        assert known.pages == len(form.pages)
        assert known.parameters == form.parameters
        assert list(known.tags) == [(page.tag.family, page.tag.id) for page in form.pages if page.tag]
        assert [one.id for one in known_forms({form.id: form})] == [form.id]
