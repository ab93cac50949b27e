"""The lock file names every package that a service needs, at a version that is asked for, by its hash, and no place."""

import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.dependencies.lock import FILE, wanted, written

LINE = re.compile(r"([a-z0-9-]+)==([^ /:]+) --hash=sha256:[0-9a-f]{64}")


def locked() -> dict[str, str]:
    found = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            made = LINE.fullmatch(line)
            assert made, line
            found[made[1]] = made[2]
    return found


def test_all_that_a_service_needs_is_locked_at_a_version_that_it_may_have() -> None:
    versions = locked()
    for line in wanted():
        asked = Requirement(line)
        assert asked.specifier.contains(versions[canonicalize_name(asked.name)]), line
    assert len(versions) > len(wanted())  # what those need is locked, too


def test_a_lock_file_says_nothing_of_where_packages_come_from() -> None:
    archive = {"url": "https://mirror.example.org/a.whl", "archive_info": {"hashes": {"sha256": "0" * 64}}}
    report = {
        "install": [
            {"metadata": {"name": "A_b", "version": "1.0"}, "download_info": archive},
            {"metadata": {"name": "chasil", "version": "0"}, "download_info": {"url": "file:///x", "dir_info": {}}},
        ]
    }
    assert written([report]).splitlines()[-1] == f"a-b==1.0 --hash=sha256:{'0' * 64}"
    assert "://" not in FILE.read_text(encoding="utf-8")
