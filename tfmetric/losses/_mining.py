"""How a loss on pairs lets a miner choose them."""

from tfmetric import miners
from tfmetric._core._pairs import Pairs


def pair_miner(miner):
    """None, or the `PairMiner` that `miner` is or names.

    Raises:
        ValueError: a miner of triplets or quadruplets.
    """
    if miner is None:
        return None
    found = miners.get(miner)
    if not isinstance(found, miners.PairMiner):
        raise ValueError(
            "Expected miner to be a PairMiner, such as 'multi_similarity'. "
            f"Received: {miner!r}"
        )
    return found


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
