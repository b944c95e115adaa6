"""How a loss on pairs lets a miner choose them."""

from tfmetric import miners
from tfmetric._core._pairs import Pairs


def pair_miner(miner):
    """None, or the `PairMiner` that `miner` is or names.

    Raises:
        ValueError: a miner of triplets or quadruplets.
    """
    return None if miner is None else miners.get(miner, miners.PairMiner)


def mined(pairs, miner, distances=None):
    """`Pairs` with only those that the miner chooses as positive and negative.

    Args:
        pairs: `Pairs`.
        miner: None, which keeps all pairs, or a `PairMiner` or its name.
        distances: what the miner looks at, where `pairs.values` are no distances.
    """
    if miner is None:
        return pairs
    distances = pairs.values if distances is None else distances
    chosen = pair_miner(miner).select(distances, pairs.positive, pairs.negative)
    return Pairs(pairs.values, *chosen)
