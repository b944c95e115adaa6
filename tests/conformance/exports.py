"""What the rooms export, and how the gauntlet builds it.

A new export joins by being exported. Only what its defaults do not reach is listed here.
"""

import inspect
from types import ModuleType

import numpy as np
from oracles.distances import DISTANCES

from tfmetric import distances, layers, losses, miners

ROOMS = [distances, layers, losses, miners]

# Settings to try beside the defaults.
VARIANTS = {
    "ContrastiveLoss": [{"power": 1}],
    "NPairLoss": [{"regularization": 0.1}],
    "QuadrupletLoss": [{"strategy": "hard"}],
    "TripletLoss": [{"strategy": "hard"}, {"strategy": "semihard"}],
}
# Batch losses that need one class for each example.
IDS_ONLY = {"QuadrupletLoss"}
# Arguments without a default.
ARGUMENTS = {"HashHead": {"bits": 8}}
# Distances in a tuple, for losses that are given them.
COLUMNS = {
    "ContrastiveTupleLoss": 1,
    "QuadrupletTupleLoss": 3,
    "TripletTupleLoss": 2,
    "TwoAnchorTupleLoss": 5,
}


def exports(room):
    """Every exported object of a room, those of the modules it exports included."""
    for name in room.__all__:
        item = getattr(room, name)
        if isinstance(item, ModuleType):
            yield from exports(item)
        else:
            yield item


def classes(room, base):
    """Exported classes below `base`, the bases themselves not."""
    found = [item for item in exports(room) if inspect.isclass(item)]
    return [
        item
        for item in found
        if issubclass(item, base)
        and item not in (base, losses.BatchLoss, losses.FunctionLoss)
    ]


BATCH_LOSSES = classes(losses, losses.BatchLoss)
TUPLE_LOSSES = [
    item for item in classes(losses, losses.FunctionLoss) if item not in BATCH_LOSSES
]


def with_variants(items):
    """Pairs of a class and settings to build it with."""
    return [
        (item, settings)
        for item in items
        for settings in ({}, *VARIANTS.get(item.__name__, ()))
    ]


def label(case):
    """The name of a case in the test report."""
    item, settings = case
    return "-".join([item.__name__, *map(str, settings.values())])


def takes_memory(loss):
    """Whether a loss compares anchors with single examples, of earlier batches too."""
    return "memory" in inspect.signature(loss._function).parameters


def distance_settings(item):
    """The choices of `distance` that a class has."""
    takes = "distance" in inspect.signature(item).parameters
    return [{"distance": name} for name in DISTANCES] if takes else [{}]


def changed_settings(item):
    """For each numeric setting of a class another value than its default."""
    defaults = inspect.signature(item).parameters.values()
    return {
        each.name: each.default * 1.5 + 0.25
        for each in defaults
        if isinstance(each.default, int | float) and not isinstance(each.default, bool)
    }


def build(item, **settings):
    """An object of an exported class."""
    return item(**ARGUMENTS.get(item.__name__, {}), **settings)


def batch(rows=10, dim=4, seed=0):
    """Labels of unequal classes and embeddings of unequal lengths."""
    generator = np.random.default_rng(seed)
    labels = np.array([3, 0, 1, 0, 2, 1, 0, 2, 1, 0])[:rows]
    return labels, generator.normal(size=(rows, dim)).astype(np.float32)


def tuples(item, rows=10):
    """A target and what a loss that is no batch loss scores."""
    width = COLUMNS.get(item.__name__, 8)
    values = np.random.default_rng(1).uniform(0.1, 2, size=(rows, width))
    target = np.arange(rows, dtype=np.float32) % 2
    return target, values.astype(np.float32)
