"""A bill of materials in CycloneDX 1.6: what is installed for the program, for its extras too, and what requires what.

Packages for tests only (the extra `dev`) are left out. https://cyclonedx.org/docs/1.6/json/
"""

import uuid
from importlib import metadata
from typing import Any

from packaging.utils import canonicalize_name

from tests.dependencies.installed import UNKNOWN, closure, licence_of, needs, required

PROGRAM = "chasil"


def bill() -> dict[str, Any]:
    """Return the bill; the same packages give the same bill."""
    roots = [(one.name, frozenset(one.requirement.extras)) for one in required() if one.group != "dev"]
    packages = closure(roots)
    components = [_component(name, package) for name, package in packages.items()]
    depends = {canonicalize_name(name) for name, _ in roots} & packages.keys()
    links = [{"ref": PROGRAM, "dependsOn": sorted(_reference(packages[name]) for name in depends)}]
    links += [_links(package, packages) for package in packages.values()]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(part["bom-ref"] for part in components))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": PROGRAM,
                "name": PROGRAM,
                "licenses": [{"expression": "Apache-2.0"}],
            }
        },
        "components": components,
        "dependencies": links,
    }


def _reference(package: metadata.Distribution) -> str:
    return f"pkg:pypi/{canonicalize_name(package.metadata['Name'])}@{package.version}"


def _component(name: str, package: metadata.Distribution) -> dict[str, Any]:
    reference, licence = _reference(package), licence_of(package)
    told: dict[str, Any] = {"type": "library", "bom-ref": reference, "name": name, "version": package.version}
    told["purl"] = reference
    if "License-Expression" in package.metadata:
        told["licenses"] = [{"expression": licence}]
    elif licence != UNKNOWN:
        told["licenses"] = [{"license": {"name": licence}}]
    return told


def _links(package: metadata.Distribution, packages: dict[str, metadata.Distribution]) -> dict[str, Any]:
    wanted = {canonicalize_name(name) for name, _ in needs(package)} & packages.keys()
    return {"ref": _reference(package), "dependsOn": sorted(_reference(packages[name]) for name in wanted)}
