"""Every target, by name."""

from collections.abc import Mapping

from tests.fuzz.target import Target
from tests.fuzz.targets import counting, files, forms, packages, service

TARGETS: Mapping[str, Target] = {
    target.name: target for part in (files, forms, packages, counting, service) for target in part.TARGETS
}
