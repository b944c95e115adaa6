"""Times losses of tfmetric beside those of its peers, and prints one table.

    python compare.py --addons PYTHON --torch PYTHON

Each measurement is a process of its own with a limit on memory and on time, ours and the
peer's in turn. A peer that breaks a limit is reported so.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from confined import run

HERE = Path(__file__).parent


class Case(NamedTuple):
    """One line of the table; `target` is by how many times we mean to be faster."""

    loss: str
    rows: int
    peer: str
    target: float | None = None


CASES = [
    Case("triplet, all", 512, "pytorch", 50),
    Case("triplet, semi-hard", 512, "pytorch", 50),
    Case("triplet, hard", 512, "pytorch"),
    Case("NT-Xent", 512, "pytorch", 1000),
    Case("SupCon", 512, "pytorch"),
    Case("lifted structure", 512, "pytorch"),
    Case("triplet, all", 2048, "pytorch"),
    Case("semi-hard", 256, "addons"),
    Case("semi-hard", 512, "addons"),
    Case("semi-hard", 1024, "addons", 10),
    Case("hard", 1024, "addons"),
    Case("lifted", 512, "addons"),
    Case("lifted", 1024, "addons"),
]
NAMES = {"pytorch": "pytorch-metric-learning", "addons": "tensorflow-addons"}


def measure(python, library, case, limits):
    """The milliseconds and the loss, or in words why there are none."""
    script = HERE / f"measure_{library}.py"
    return run([python, script, case.loss, case.rows], limits.memory, limits.seconds)


def line(case, ours, peer):
    """The cells of one row of the table."""
    cells = [case.loss, str(case.rows), NAMES[case.peer]]
    both = isinstance(ours, dict) and isinstance(peer, dict)
    ratio = peer["ms"] / ours["ms"] if both else None
    return [
        *cells,
        *(f"{m['ms']:.1f}" if isinstance(m, dict) else m for m in (ours, peer)),
        f"{ratio:.0f}" if both else "–",
        "–" if case.target is None else f"{case.target} {verdict(ratio, case.target)}",
        *(f"{m['loss']:.5f}" if isinstance(m, dict) else "–" for m in (ours, peer)),
    ]


def verdict(ratio, target):
    if ratio is None:
        return ""
    return "met" if ratio >= target else "missed"


HEAD = ["loss", "N", "peer", "ours, ms", "peer, ms", "times", "target", "loss", "peer's"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--addons", required=True, help="Python with tensorflow-addons")
    parser.add_argument("--torch", required=True, help="Python with PyTorch")
    parser.add_argument("--memory", type=int, default=21, help="GiB for each process")
    parser.add_argument("--seconds", type=int, default=600, help="for each process")
    parser.add_argument("--only", default="", help="only losses whose name holds this")
    settings = parser.parse_args()
    pythons = {"addons": settings.addons, "pytorch": settings.torch}
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    for case in CASES:
        if settings.only in case.loss:
            ours = measure(sys.executable, "tfmetric", case, settings)
            peer = measure(pythons[case.peer], case.peer, case, settings)
            print("| " + " | ".join(line(case, ours, peer)) + " |", flush=True)


if __name__ == "__main__":
    main()
