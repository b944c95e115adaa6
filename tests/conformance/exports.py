"""What the rooms export, and how the gauntlet builds it.

A new export joins by being exported. Only what its defaults do not reach is listed here.
"""

import inspect
from types import ModuleType

import numpy as np
from oracles.distances import DISTANCES

from tfmetric import distances, layers, losses, miners
from tfmetric.losses._views import UnlabelledLoss
from tfmetric.losses.hashing._target_loss import TargetLoss

ROOMS = [distances, layers, losses, miners]

# Settings to try beside the defaults.
VARIANTS = {
    "ArcFaceLoss": [{"margin": [0.1, 0.2, 0.3, 0.4]}],
    "ContrastiveLoss": [{"power": 1}],
    "DSHLoss": [{"penalty": None}],
    "DTSHLoss": [{"penalty": None}],
    "IDHNLoss": [{"penalty": None}],
    "MultiSimilarityLoss": [{"miner": "multi_similarity"}],
    "NPairLoss": [{"regularization": 0.1}],
    "PNPLoss": [{"variant": name} for name in ("Ds", "Dq", "Iu", "Ib")],
    "SNRContrastiveLoss": [{"regularization": 0.1}],
    "SphereFaceLoss": [{"margin": 3, "easing": 0}],
    "PairwiseLikelihoodLoss": [
        {"likelihood": "cauchy"},
        {"continuation": None, "class_balance": False},
    ],
    "QuadrupletLoss": [{"strategy": "hard"}],
    "TripletLoss": [
        {"strategy": "easy"},
        {"strategy": "hard"},
        {"strategy": "semihard"},
        {"soft": True},
        {"swap": True},
    ],
}
# Batch losses that need one class for each example.
IDS_ONLY = {"QuadrupletLoss"}
# Distances that are not symmetric, or negative, where that is refused.
REFUSED_DISTANCES = {"QuadrupletLoss": ("dot_product", "snr")}
# Batch losses whose formula goes below zero.
SIGNED = {"DecoupledContrastiveLoss", "DynamicSoftMarginLoss"}
# Batch losses to which two shared classes are more than one.
COUNTS_CLASSES = {"IDHNLoss", "NPairMultilabelLoss"}
# Batch losses with a term for each example by itself.
PENALIZED = {"DSHLoss", "DTSHLoss", "IDHNLoss"}
# Arguments without a default.
ARGUMENTS = {
    "CSQLoss": {"num_classes": 4},
    "CenterHead": {"num_classes": 5},
    "CrossBatchMemory": {"loss": losses.ContrastiveLoss()},
    "DPNLoss": {"num_classes": 4},
    "DistanceWeightedMiner": {"dim": 8},
    "HashHead": {"bits": 8},
    "Lp": {"p": 3},
    "MultiViewLoss": {"loss": "contrastive"},
    "OrthoHashLoss": {"num_classes": 4},
    "ProductHead": {"num_classes": 5},
    "ProxyHead": {"num_classes": 5},
    "SelfSupervisedLoss": {"loss": "nt_xent"},
}
# Distances in a tuple, for losses that are given them.
COLUMNS = {
    "ContrastiveTupleLoss": 1,
    "QuadrupletTupleLoss": 3,
    "TripletTupleLoss": 2,
    "TwoAnchorTupleLoss": 5,
}
# Outputs of each example, for losses on views that want more than two.
VIEWS = {"MultiViewLoss": 3, "SelfSupervisedLoss": 3, "SimSiamLoss": 4}
# Centers of each class, for losses that want several.
CENTERS = {"SoftTripleLoss": 2, "SubCenterArcFaceLoss": 2}


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
        and item
        not in (
            base,
            losses.BatchLoss,
            losses.FunctionLoss,
            losses.ProxyLoss,
            losses.ViewLoss,
        )
    ]


LABELLED_VIEW_LOSSES = [losses.InfoNCELoss, losses.MultiViewLoss]
VIEW_LOSSES = [*classes(losses, losses.ViewLoss), *LABELLED_VIEW_LOSSES]
# Losses on code values that read no labels; the last reads features.
UNLABELLED_LOSSES = [
    item for item in classes(losses, UnlabelledLoss) if item not in VIEW_LOSSES
]
FEATURE_LOSSES = [losses.hashing.SimilarityPreservingLoss]
BATCH_LOSSES = [
    item
    for item in classes(losses, losses.BatchLoss)
    if item not in (*UNLABELLED_LOSSES, *VIEW_LOSSES)
]
PROXY_LOSSES = classes(losses, losses.ProxyLoss)
TARGET_LOSSES = classes(losses, TargetLoss)
OTHERS = {*BATCH_LOSSES, *PROXY_LOSSES, *TARGET_LOSSES, *VIEW_LOSSES}
OTHERS |= {*FEATURE_LOSSES, *UNLABELLED_LOSSES}
TUPLE_LOSSES = [item for item in classes(losses, losses.FunctionLoss) if item not in OTHERS]


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
    if "distance" not in inspect.signature(item).parameters:
        return [{}]
    refused = REFUSED_DISTANCES.get(item.__name__, ())
    return [{"distance": name} for name in DISTANCES if name not in refused]


def changed_settings(item):
    """For each numeric setting of a class another value than its default."""
    defaults = inspect.signature(item).parameters.values()
    return {
        each.name: _other(each.default)
        for each in defaults
        if isinstance(each.default, int | float) and not isinstance(each.default, bool)
    }


def _other(number):
    return number + 1 if isinstance(number, int) else number * 1.5 + 0.25


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


def views(item, rows=10, dim=4):
    """A target and what a loss on views scores; few read their target."""
    labels, _ = batch(rows)
    count = VIEWS.get(item.__name__, 2)
    values = np.random.default_rng(2).normal(size=(rows, count, dim))
    target = labels if item in LABELLED_VIEW_LOSSES else None
    return target, values.astype(np.float32)


def to_targets(rows=10, bits=8):
    """Labels of four classes, and code values."""
    labels, _ = batch(rows)
    values = np.random.default_rng(4).normal(size=(rows, bits))
    return labels, values.astype(np.float32)


def codes(item, rows=10, dim=4):
    """A target and what a loss reads that has no labels: features and code values."""
    _, features = batch(rows, dim)
    target = features if item in FEATURE_LOSSES else None
    return target, to_targets(rows)[1]


def head(item, num_classes=4, **settings):
    """The layer whose output a proxy loss reads."""
    if item is losses.CenterLoss:
        return layers.CenterHead(num_classes, **settings)
    if item is losses.LargeMarginSoftmaxLoss:
        return layers.ProductHead(num_classes, **settings)
    return layers.ProxyHead(num_classes, CENTERS.get(item.__name__, 1), **settings)


def to_proxies(item, rows=10, num_classes=4, dim=4):
    """Labels and what a proxy loss scores: cosines, or distances, to proxies."""
    labels, x = batch(rows, dim)
    layer = head(item, num_classes)
    layer.build(x.shape)
    generator = np.random.default_rng(3)
    layer.set_weights([generator.normal(size=layer.weights[0].shape)])
    return labels, layer(x).numpy()
