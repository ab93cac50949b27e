"""Print the bench: `make bench`."""

from rich.console import Console
from rich.table import Table

from pipeline import Reader
from tests.bench.forms import forms_cost
from tests.bench.page import page_cost, photograph
from tests.bench.prints import print_cost

STAGES = ("decode", "register", "cut", "read", "decide")


def main() -> None:
    """Print the cost of every page of the form, by stage, as ratios to a decode in full colour."""
    reader, console = Reader(), Console(width=120)
    table = Table(title="One page, simulated 12-megapixel photograph; 1.00 = cv2.imdecode of the file in full colour")
    for column in ("page", "pixels", "KiB", "colour ms", "grey ms", *STAGES, "whole page"):
        table.add_column(column, justify="right")
    for number in (1, 2, 3):
        name, jpeg = photograph(number)
        cost = page_cost(reader, name, jpeg)
        shares = [f"{cost.stages_ms[stage] / cost.colour_ms:.2f}" for stage in STAGES]
        pixels = f"{cost.width} x {cost.height}"
        peers = f"{cost.colour_ms:.1f}", f"{cost.grey_ms:.1f}"
        table.add_row(str(number), pixels, str(cost.kilobytes), *peers, *shares, f"{cost.ratio:.2f}")
    console.print(table)
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
