"""The report of an evaluation: Markdown with plots and pictures, in a folder of its own.

The folder holds pictures of crops, so it belongs beside the data, not into the repository.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from models.package import CLASSES, ModelPackage
from pipeline.recognition.digits.preprocess import to_grey
from training.digits.evaluate import MARKS, Evaluation, Result, Row, judge, scores
from training.digits.peers import peer_rows
from training.evaluation.metrics import confusion, reliability_by_rank, risk_coverage, upper_bound, wilson

WORST = 100


def evaluate(package: ModelPackage, root: Path, out: Path, *, peers: bool = False) -> Path:
    """Judge a package on every test set below `root` and write the report; return report.md.

    Args:
        package: The model.
        root: Folder of the data sets.
        out: Folder of the report: report.md, scores.json, pictures.
        peers: Whether to read the test crops with other OCR programs, too.

    """
    mpl.use("Agg")
    out.mkdir(parents=True, exist_ok=True)
    found = judge(package, root)
    threshold = package.description.thresholds.box
    for name, result in found.results.items():
        _plots(name, result, out)
    summary = {name: asdict(scores(result, threshold)) for name, result in found.results.items()}
    summary["crops digits and X"] = asdict(scores(found.results["crops"].only(MARKS), threshold))
    others = peer_rows(found.results["crops"].only("0123456789").boxes) if peers else []
    (out / "scores.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    report = out / "report.md"
    report.write_text("\n\n".join(_sections(found, others)) + "\n", encoding="utf-8")
    return report


def _sections(found: Evaluation, peers: list[str]) -> list[str]:
    made = found.package.description
    parts = [
        f"# {made.id} on the test sets",
        f"{made.network}, {made.parameters:,} weights, {made.input.size} px; calibrated by {made.calibration.method}; "
        f"a box is accepted at {made.thresholds.box}. Weights sha256 `{made.onnx_sha256[:16]}`. "
        "Intervals are Wilson's, at 95 %.",
        _main_table(found),
        "## Marks other than digits\n\n" + _recall_table(found),
        "## When the picture gets worse (test crops)\n\n" + _rows_table(found.disturbed, "disturbance"),
        "## What is no digit\n\n" + _rows_table(found.outliers, "kind"),
        "## Crops that no person could read\n\n" + _unclear_table(found.unclear),
    ]
    if peers:
        parts.append("## Other readers on the same digits\n\n" + "\n".join(peers))
    for name, result in found.results.items():
        parts.append(_set_section(name, result))
    return parts


def _main_table(found: Evaluation) -> str:
    lines = [
        "| set | boxes | right | 95 % | ECE | NLL | Brier | coverage at 0.1 % error | error at 99.5 % coverage "
        "| accepted | of those wrong | wrong at most (95 %) |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    results = {"crops, digits and X": found.results["crops"].only(MARKS)} | found.results
    for name, result in results.items():
        s = scores(result, found.package.description.thresholds.box)
        low, high = wilson(s.right, s.boxes)
        lines.append(
            f"| {name} | {s.boxes} | {s.right} ({s.right / s.boxes:.2%}) | {low:.2%} to {high:.2%} | {s.ece:.2%} "
            f"| {s.nll:.4f} | {s.brier:.4f} | {s.coverage_at_01:.2%} | {s.risk_at_995:.2%} "
            f"| {s.accepted} ({s.accepted / s.boxes:.1%}) | {s.accepted_wrong} "
            f"| {upper_bound(s.accepted_wrong, s.accepted):.2%} |"
        )
    return "\n".join(lines)


def _recall_table(found: Evaluation) -> str:
    """Recall of empty, dash, struck and X, and how many struck boxes are accepted as a digit."""
    threshold = found.package.description.thresholds.box
    lines = ["| set | mark | boxes | found | 95 % | accepted as 0-9 or X |", "|---|---|---|---|---|---|"]
    for name in ("crops", "simulated", "scans"):
        for mark in "X-_#":
            result = found.results[name].only(mark)
            if not len(result.boxes):
                continue
            right, count = int(result.right.sum()), len(result.boxes)
            low, high = wilson(right, count)
            digit = np.isin(result.guesses, [CLASSES.index(label) for label in MARKS])
            taken = int((digit & ~result.right & (result.confidence >= threshold)).sum())
            lines.append(
                f"| {name} | `{mark}` | {count} | {right} ({right / count:.1%}) | {low:.1%} to {high:.1%} | {taken} |"
            )
    return "\n".join(lines)


def _rows_table(rows: list[Row], title: str) -> str:
    lines = [
        f"| {title} | boxes | right | mean confidence | read as `#` | accepted as 0-9 or X | of those wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row.name} | {row.count} | {row.accuracy:.1%} | {row.confidence:.3f} | {row.struck:.1%} | {row.accepted} "
        f"| {row.wrong} |"
        for row in rows
    ]
    return "\n".join(lines)


def _unclear_table(result: Result) -> str:
    lines = ["| crop | read as | probability |", "|---|---|---|"]
    for name, guess, p in zip(result.boxes.names, result.guesses, result.confidence, strict=True):
        lines.append(f"| {name} | `{CLASSES[guess]}` | {p:.3f} |")
    return "\n".join(lines)


def _set_section(name: str, result: Result) -> str:
    return (
        f"## {name}\n\n![confusion]({name}-confusion.png) ![reliability]({name}-reliability.png) "
        f"![risk]({name}-risk.png)\n\n{_by_size(result)}\n\n{_by_group(result)}\n\n"
        f"The {min(WORST, len(result.boxes))} boxes whose true mark was given the least probability, worst first:\n\n"
        f"![worst]({name}-worst.png)"
    )


def _by_size(result: Result) -> str:
    side = np.array([min(picture.shape[:2]) for picture in result.boxes.pictures])
    edges = [0, 20, 30, 36, 42, 48, 60, 100, 10_000]
    lines = ["| shorter side, px | boxes | right |", "|---|---|---|"]
    for low, high in pairwise(edges):
        inside = (side >= low) & (side < high)
        if inside.any():
            right = int(result.right[inside].sum())
            lines.append(f"| {low} to {high - 1} | {inside.sum()} | {right} ({right / inside.sum():.2%}) |")
    return "\n".join(lines)


def _by_group(result: Result) -> str:
    groups = np.array(result.boxes.groups)
    lines = ["| block or writer | boxes | wrong |", "|---|---|---|"]
    for group in dict.fromkeys(result.boxes.groups):
        inside = groups == group
        lines.append(f"| {group} | {inside.sum()} | {int((~result.right[inside]).sum())} |")
    return "\n".join(lines)


def _plots(name: str, result: Result, out: Path) -> None:
    """Write the four pictures of one test set."""
    plots: dict[str, Callable[[Figure, Result], None]] = {
        "confusion": _plot_confusion,
        "reliability": _plot_reliability,
        "risk": _plot_risk,
    }
    for title, plot in plots.items():
        figure = Figure(figsize=(5, 4.2), layout="constrained")
        plot(figure, result)
        figure.savefig(out / f"{name}-{title}.png", dpi=90)
    cv2.imwrite(str(out / f"{name}-worst.png"), worst_picture(result))


def _plot_confusion(figure: Figure, result: Result) -> None:
    counts = confusion(result.boxes.labels, result.guesses, len(CLASSES))
    axes = figure.subplots()
    axes.imshow(np.log1p(counts), cmap="Blues")
    for true, read in np.argwhere(counts > 0):
        axes.text(read, true, str(counts[true, read]), ha="center", va="center", fontsize=6)
    axes.set_xticks(range(len(CLASSES)), CLASSES)
    axes.set_yticks(range(len(CLASSES)), CLASSES)
    axes.set(xlabel="read", ylabel="is", title="confusion")


def _plot_reliability(figure: Figure, result: Result) -> None:
    bins = reliability_by_rank(result.confidence, result.right, 20)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7")
    axes.plot(bins.confidence, bins.accuracy, "o-")
    low = float(min(bins.confidence.min(), bins.accuracy.min()))
    axes.set(xlim=(low, 1.001), ylim=(low, 1.001), xlabel="confidence", ylabel="share right", title="reliability")


def _plot_risk(figure: Figure, result: Result) -> None:
    coverage, risk = risk_coverage(result.confidence, result.right)
    axes = figure.subplots()
    axes.plot(coverage, risk)
    axes.axhline(0.001, color="0.7", linestyle="--")
    axes.set(xlabel="coverage", ylabel="error", title="risk against coverage")


def worst_picture(result: Result, columns: int = 10, side: int = 84) -> np.ndarray:
    """Return one picture (BGR, uint8) of the boxes whose true mark was given the least probability, worst first."""
    truth = result.p[np.arange(len(result.boxes)), result.boxes.labels]
    tiles = []
    for index in np.argsort(truth, kind="stable")[:WORST].tolist():
        grey = cv2.resize(to_grey(result.boxes.pictures[index]), (side, side), interpolation=cv2.INTER_LINEAR)
        tile = cv2.copyMakeBorder(cv2.cvtColor(np.asarray(grey), cv2.COLOR_GRAY2BGR), 16, 0, 0, 2, cv2.BORDER_CONSTANT)
        true, read = CLASSES[result.boxes.labels[index]], CLASSES[result.guesses[index]]
        text = f"{true} > {read} {result.confidence[index]:.2f}"
        cv2.putText(tile, text, (2, 12), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (255, 255, 255), 1, cv2.LINE_AA)
        tiles.append(np.asarray(tile, np.uint8))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)])
