"""The reader of tally cells: first on drawn pages, then, where the configuration says so, on real ones."""

from pathlib import Path

from models.package import load_package
from training.recipes.request import STATE, Request
from training.runs.settings import read_settings
from training.witnesses.config import TalliesConfig
from training.witnesses.real_tallies import real_package
from training.witnesses.train import drawn_package


def train(request: Request) -> Path:
    """Train a tally network and return its package; that of the first step lies beside it, in `drawn`."""
    config = read_settings(request.config, TalliesConfig)
    shared = request.needed_data() if config.real else None
    out = request.begin(config.name, config)
    state, package = out / STATE, out / "package"
    if config.real is None or shared is None:
        return drawn_package("tallies", config, config.name, state, package, request.log).path
    if config.start is not None:
        first = load_package(config.start)
    else:
        first = drawn_package("tallies", config, f"{config.name}-drawn", state, out / "drawn", request.log)
    return real_package(config, config.real, first, shared, state, package, request.log).path
