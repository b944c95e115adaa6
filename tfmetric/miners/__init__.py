"""Which tuples of a batch count."""

import functools

from tfmetric._core._registry import resolve
from tfmetric.miners._all import AllTripletsMiner
from tfmetric.miners._base import Miner, Triplets
from tfmetric.miners._batch_hard import BatchHardMiner
from tfmetric.miners._semi_hard import SemiHardMiner

__all__ = [
    "AllTripletsMiner",
    "BatchHardMiner",
    "Miner",
    "SemiHardMiner",
    "Triplets",
    "get",
]

# One object a name: a compiled loss is traced anew for every other miner object.
_NAMES = {
    "all": functools.cache(AllTripletsMiner),
    "hard": functools.cache(BatchHardMiner),
    "semihard": functools.cache(SemiHardMiner),
}


def get(identifier):
    """Turns a name such as "semihard", a config or a `Miner` into a `Miner`."""
    return resolve(identifier, _NAMES, Miner, "miner")
