"""Writes `docs/losses.md`, a card for each loss, from the docstrings.

`python docs/make_losses.py`; a test compares the file with what this gives.
"""

import inspect
import re
from pathlib import Path

from tfmetric import losses
from tfmetric.losses._views import UnlabelledLoss
from tfmetric.losses.hashing._target_loss import TargetLoss

PAGE = Path(__file__).with_name("losses.md")
HEAD = """# The losses

One card a loss: what it does, when to take it, formula, settings, cost, paper.
[The README](../README.md) says which loss fits the labels
you have, and [the benchmarks](../benchmarks/README.md) what each costs beside one matrix
product. This page is made from the docstrings by `python docs/make_losses.py`.
"""
# What others are made of, and what only logs one.
BASES = (
    losses.BatchLoss,
    losses.FunctionLoss,
    losses.LossMetric,
    losses.ProxyLoss,
    losses.ViewLoss,
)
SECTIONS = ("Args", "Returns", "Raises", "Cost", "Reference", "Shapes")


def classes():
    """The exported losses, those on codes included, by name."""
    rooms = {"losses": losses, "losses.hashing": losses.hashing}
    for path, room in rooms.items():
        for name in room.__all__:
            item = getattr(room, name)
            if inspect.isclass(item) and item not in BASES:
                yield path, room, item


def contract(room, item):
    """The docstring that holds the contract: that of the function, if there is one."""
    twin = re.match(r"`(\w+)`", item.__doc__)
    function = getattr(room, twin[1], None) if twin else None
    return function, inspect.getdoc(function or item)


def parts(text):
    """Splits a docstring into its sections; what precedes them is under ""."""
    text = text.split("\n>>>")[0]
    found, name = {"": []}, ""
    for line in text.splitlines():
        head = re.match(rf"({'|'.join(SECTIONS)}):\s*(.*)", line)
        if head:
            name, line = head[1], head[2]
            found[name] = []
        found[name].append(line)
    head = "\n".join(found.pop("")).strip()
    return {"": head} | {key: inspect.cleandoc("\n".join(v)) for key, v in found.items()}


def bullets(arguments):
    """An `Args` section as a list."""
    entries = re.split(r"\n(?=\w+: )", arguments)
    return "\n".join(
        re.sub(r"^(\w+): ", r"- `\1`: ", re.sub(r"\n\s*", "\n  ", entry))
        for entry in entries
    )


def card(path, room, item):
    """One loss as Markdown."""
    function, text = contract(room, item)
    sections = parts(text)
    settings = str(inspect.signature(item)).replace("reduction='sum_over_batch_size'", "…")
    settings = re.sub(r"(, )?name='\w+', …", "", settings)
    settings = settings.replace(str(1 / 9), "1/9")
    pieces = [
        f"## {item.__name__}",
        f"`{path}.{item.__name__}{settings}`"
        + (f", function `{function.__name__}`" if function else ""),
        sections[""],
        bullets(sections["Args"]) if "Args" in sections else "",
    ]
    pieces += [
        f"**{name}.** {sections[name]}"
        for name in ("Cost", "Reference")
        if name in sections
    ]
    return "\n\n".join(piece for piece in pieces if piece)


def page():
    """The whole page."""
    found = list(classes())
    groups = {}
    for path, _, item in found:
        link = f"[{item.__name__}](#{item.__name__.lower()})"
        groups.setdefault(group(path, item), []).append(link)
    index = "\n".join(f"- {name}: {', '.join(groups[name])}" for name in sorted(groups))
    return "\n\n".join([HEAD, index, *(card(*each) for each in found)]) + "\n"


def group(path, item):
    """What a loss is given, as a heading of the index."""
    if path != "losses":
        return f"Codes{group_of_codes(item)}"
    if issubclass(item, losses.ProxyLoss):
        return "Labels and class proxies"
    if issubclass(item, losses.ViewLoss):
        return "No labels"
    if issubclass(item, losses.BatchLoss):
        return "Labels of a batch"
    if item.__name__.endswith("TupleLoss"):
        return "Distances of tuples"
    return "Other losses"


def group_of_codes(item):
    """What a loss on codes is given beside them."""
    if issubclass(item, TargetLoss):
        return ", a label each and a fixed target of each class"
    if issubclass(item, losses.BatchLoss) and not issubclass(item, UnlabelledLoss):
        return ", labels of a batch"
    return ", no labels"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
