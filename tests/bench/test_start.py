"""What `chasil read` fetches before its first page, and what it must not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.start import start_up

SLOW = {
    "torch",
    "torchvision",
    "scipy",
    "sqlalchemy",
    "alembic",
    "fastapi",
    "pyarrow",
    "reportlab",
    "matplotlib",
    "pillow_heif",
}
"""Each costs more than a tenth of a second, or is needed by few."""

_FETCHED = """
import sys
from pathlib import Path
from pipeline import Reader
import api.cli.main
import api.cli.read
Reader().read(Path(sys.argv[1]))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.fixture(scope="module")
def page(samples: Path) -> Path:
    return samples / "0024010001002-p2.jpg"


def test_reading_a_page_fetches_nothing_slow(page: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _FETCHED, str(page)], capture_output=True, text=True, check=True)
    assert not SLOW & set(done.stdout.split())


def test_a_start_is_measured(page: Path) -> None:
    cost = start_up(page, rounds=1)
    # By computing time: of two processes one after the other, the first may be held up by other work.
    assert 0 < cost.ready_cpu < cost.one_page_cpu
    assert cost.ready > 0
    assert cost.one_page > 0
