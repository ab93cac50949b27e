"""Print the bench: `make bench`."""

import itertools
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipeline import Reader
from tests.bench.captures import PAGE, captures, memory
from tests.bench.forms import forms_cost
from tests.bench.page import page_cost, photograph
from tests.bench.prints import print_cost
from tests.bench.start import start_up

STAGES = ("decode", "register", "cut", "read", "decide")


def main() -> None:
    """Print the cost of every page of the form and of every capture of one, by stage, as ratios to a colour decode."""
    reader, console = Reader(), Console(width=140)
    table = Table(title="One page; 1.00 = cv2.imdecode of the file in full colour")
    for column in ("page", "capture", "pixels", "KiB", "colour ms", "grey ms", *STAGES, "whole page", "MiB"):
        table.add_column(column, justify="right")
    pages = ((str(number), "photograph", *photograph(number)) for number in (1, 2, 3))
    for page, capture, name, jpeg in itertools.chain(pages, ((str(PAGE), *one) for one in captures())):
        cost = page_cost(reader, name, jpeg)
        shares = [f"{cost.stages_ms[stage] / cost.colour_ms:.2f}" for stage in STAGES]
        pixels = f"{cost.width} x {cost.height}"
        peers = f"{cost.colour_ms:.1f}", f"{cost.grey_ms:.1f}"
        whole = f"{cost.ratio:.2f}", str(memory(jpeg))
        table.add_row(page, capture, pixels, str(cost.kilobytes), *peers, *shares, *whole)
    console.print(table)
    _print_start(console)
    _print_without_tag(console)


def _print_start(console: Console) -> None:
    """Print how much computing it takes until `chasil read` can read its first page."""
    with tempfile.TemporaryDirectory(prefix="chasil-bench-") as folder:
        name, jpeg = photograph(PAGE)
        page = Path(folder) / name
        page.write_bytes(jpeg)
        begun = start_up(page, rounds=5)
    text = (
        f"{1000 * begun.ready_cpu:.0f} ms of computing to the first page, {1000 * begun.one_page_cpu:.0f} with one read"
    )
    console.print(f"`chasil read` starts: {text}", highlight=False)


def _print_without_tag(console: Console) -> None:
    """Print what pages cost that show no tag."""
    pages, alone, ratio = forms_cost()
    console.print(
        f"A scan without a tag: {alone:.0f} ms with its own form installed; "
        f"{ratio:.2f} times that with {pages} pages of forms that are known by their lines",
        highlight=False,
    )
    of_print = print_cost()
    console.print(
        f"Two megapixels without a tag: {of_print.ratio:.0f} decodes in colour of {of_print.colour_ms:.0f} ms; "
        f"{of_print.megabytes:.0f} MiB more memory than a page with a tag",
        highlight=False,
    )


main()
