"""`run_pipeline.py --help` beside importing typer alone: a command line should answer at once."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

BOUND = 2.0
ROOT = Path(__file__).parents[1]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)  # noqa: S603
    return time.perf_counter() - began


def run(rounds: int = 9) -> list[str]:
    ours = [sys.executable, "run_pipeline.py", "--help"]
    peer = [sys.executable, "-c", "import typer"]
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(rounds)]
    mine, typer = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = mine / typer
    print(f"--help {mine:.3f} s, import typer {typer:.3f} s: {ratio:.2f} x (bound {BOUND})")
    return [f"--help takes {ratio:.2f} x importing typer"] * (ratio > BOUND)
