"""Which tuples of a batch count."""

import functools

from tfmetric._core._registry import resolve
from tfmetric.miners._all import AllTripletsMiner
from tfmetric.miners._angular import AngularMiner
from tfmetric.miners._base import (
    BaseMiner,
    Miner,
    PairMiner,
    Pairs,
    QuadrupletMiner,
    Quadruplets,
    Triplets,
)
from tfmetric.miners._batch_hard import BatchHardMiner
from tfmetric.miners._distance_weighted import DistanceWeightedMiner
from tfmetric.miners._easy_positive import EasyPositiveMiner
from tfmetric.miners._hard_fraction import HardFractionMiner
from tfmetric.miners._multi_similarity import MultiSimilarityMiner
from tfmetric.miners._pair_margin import PairMarginMiner
from tfmetric.miners._quadruplets import AllQuadrupletsMiner, HardQuadrupletMiner
from tfmetric.miners._semi_hard import SemiHardMiner
from tfmetric.miners._triplet_margin import TripletMarginMiner
from tfmetric.miners._uniform_histogram import UniformHistogramMiner

__all__ = [
    "AllQuadrupletsMiner",
    "AllTripletsMiner",
    "AngularMiner",
    "BaseMiner",
    "BatchHardMiner",
    "DistanceWeightedMiner",
    "EasyPositiveMiner",
    "HardFractionMiner",
    "HardQuadrupletMiner",
    "Miner",
    "MultiSimilarityMiner",
    "PairMarginMiner",
    "PairMiner",
    "Pairs",
    "QuadrupletMiner",
    "Quadruplets",
    "SemiHardMiner",
    "TripletMarginMiner",
    "Triplets",
    "UniformHistogramMiner",
    "get",
]

# One object a name: a compiled loss is traced anew for every other miner object.
_NAMES = {
    "all": functools.cache(AllTripletsMiner),
    "all_quadruplets": functools.cache(AllQuadrupletsMiner),
    "angular": functools.cache(AngularMiner),
    "easy": functools.cache(EasyPositiveMiner),
    "hard": functools.cache(BatchHardMiner),
    "hard_fraction": functools.cache(HardFractionMiner),
    "hard_quadruplet": functools.cache(HardQuadrupletMiner),
    "multi_similarity": functools.cache(MultiSimilarityMiner),
    "pair_margin": functools.cache(PairMarginMiner),
    "semihard": functools.cache(SemiHardMiner),
    "triplet_margin": functools.cache(TripletMarginMiner),
    "uniform_histogram": functools.cache(UniformHistogramMiner),
}


def get(identifier, kind=BaseMiner):
    """Turns a name such as "semihard", a config or a miner into a miner.

    Args:
        identifier: one of these.
        kind: the class it must be of, such as `Miner` (of triplets) or `PairMiner`.

    Raises:
        ValueError: an unknown name, or a miner of another kind.
    """
    miner = resolve(identifier, _NAMES, kind, "miner")
    if not isinstance(miner, kind):
        raise ValueError(f"Expected miner to be a {kind.__name__}. Received: {miner!r}")
    return miner
