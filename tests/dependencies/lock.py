"""The lock file of a deployment: every package that the service installs, at one version, by the hash of its archive.

pip itself resolves and says what it would install; names, versions and hashes are kept, and not from where.
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from tests import ROOT
from tests.dependencies.installed import required

FILE = ROOT / "data" / "deploy" / "requirements.lock"
GROUPS = ("", "cluster", "oidc")
"""What a service may need; extras for training and for tests are no part of it."""

HEAD = """# Every package that the service installs, by the SHA-256 of its archive: Linux, x86-64, Python 3.11.
# Made by `make lock`. pip install --require-hashes --requirement requirements.lock
"""


def wanted() -> list[str]:
    """Return the requirements of a service, and of what builds this package."""
    told: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    own = [str(one.requirement) for one in required() if one.group in GROUPS]
    return [*own, *told["build-system"]["requires"]]


def lock() -> str:
    """Return the lock file of what pip would install now."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        subprocess.run([*command, "--only-binary", ":all:", "--report", str(report), *wanted()], check=True)
        return written([json.loads(report.read_text(encoding="utf-8"))])


def written(reports: Iterable[Mapping[str, Any]]) -> str:
    """Return the lock file that reports of pip (version 1) make."""
    lines: dict[str, str] = {}
    for report in reports:
        for one in report["install"]:
            archive = one["download_info"].get("archive_info")
            if archive is None:
                continue  # this package itself, out of a folder
            name = canonicalize_name(one["metadata"]["name"])
            sha256 = archive["hashes"]["sha256"]
            lines[name] = f"{name}=={one['metadata']['version']} --hash=sha256:{sha256}\n"
    return HEAD + "".join(lines[name] for name in sorted(lines))
