"""No dependency binds the program to the GPL; the page of licences and the bill of materials are whole."""

from importlib import metadata

import pytest

from tests.dependencies.installed import UNKNOWN, binds_the_whole, carried_gpl, closure, licence_of, required
from tests.dependencies.licences import PAGE, listed, row_key
from tests.dependencies.sbom import PROGRAM, bill


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MPL-2.0", False),
        ("MIT OR GPL-3.0-only", False),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("GPLv3", True),
        ("GNU Affero General Public License v3", True),
        ("GNU General Public License v2 (GPLv2) OR AGPL-3.0-only", True),
        ("MIT AND GPL-2.0-only", True),
    ],
)
def test_which_licences_bind(licence: str, binds: bool) -> None:
    assert binds_the_whole(licence) is binds


def test_nothing_installed_for_the_program_binds_it() -> None:
    packages = closure((one.name, frozenset(one.requirement.extras)) for one in required())
    assert len(packages) > len({one.name for one in required() if not one.group})
    binding = {name: licence_of(package) for name, package in packages.items() if binds_the_whole(licence_of(package))}
    assert not binding


def test_the_page_lists_what_is_required_each_with_a_licence() -> None:
    page = listed(PAGE.read_text(encoding="utf-8"))
    assert page.keys() == {row_key(one) for one in required()}, "run `make licences`"
    assert UNKNOWN not in page.values()
    assert not [name for name, licence in page.items() if binds_the_whole(licence)]


def test_binary_wheels_that_carry_the_gpl_are_named_on_the_page() -> None:
    packages = closure((one.name, frozenset(one.requirement.extras)) for one in required() if one.group != "dev")
    carrying = {name for name, package in packages.items() if carried_gpl(package)}
    assert carrying <= {"pillow-heif"}
    assert all(f"`{name}`" in PAGE.read_text(encoding="utf-8") for name in carrying)


def test_the_bill_names_every_package_once_and_links_only_what_it_names() -> None:
    told = bill()
    references = [part["bom-ref"] for part in told["components"]]
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert len(references) == len(set(references))
    assert f"pkg:pypi/numpy@{metadata.version('numpy')}" in references
    assert not any("pytest@" in reference for reference in references)
    linked = {link["ref"]: link["dependsOn"] for link in told["dependencies"]}
    assert linked.keys() == {PROGRAM, *references}
    assert {wanted for every in linked.values() for wanted in every} <= set(references)
    fastapi = next(reference for reference in references if "/fastapi@" in reference)
    assert any("/starlette@" in wanted for wanted in linked[fastapi])


def test_the_bill_is_the_same_each_time() -> None:
    assert bill() == bill()
