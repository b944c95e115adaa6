"""Losses: each paper a function, and a class with its settings.

`XLoss` compares the examples of a labelled batch: `loss(labels, embeddings)`, in any
`keras.Model`. `XTupleLoss` takes the distances of explicit pairs, triplets or quadruplets,
as the tuple networks give them. Losses on codes are in `tfmetric.losses.hashing`.

Give `compile` the classes: they keep large ids apart and reach the whole batch of a
strategy. The functions are for training loops of your own.
"""

from tfmetric._core._registry import resolve
from tfmetric.losses import hashing
from tfmetric.losses._base import BatchLoss, FunctionLoss
from tfmetric.losses._contrastive import (
    ContrastiveLoss,
    ContrastiveTupleLoss,
    contrastive_loss,
    contrastive_tuple_loss,
)
from tfmetric.losses._lifted_structure import (
    LiftedStructureLoss,
    lifted_structure_loss,
)
from tfmetric.losses._npair import NPairLoss, npair_loss
from tfmetric.losses._nt_xent import NTXentLoss, nt_xent_loss
from tfmetric.losses._quadruplet import (
    QuadrupletLoss,
    QuadrupletTupleLoss,
    TwoAnchorTupleLoss,
    quadruplet_loss,
    quadruplet_tuple_loss,
    two_anchor_tuple_loss,
)
from tfmetric.losses._triplet import (
    TripletLoss,
    TripletTupleLoss,
    triplet_loss,
    triplet_tuple_loss,
)
from tfmetric.losses._triplet_center import TripletCenterLoss, triplet_center_loss

__all__ = [
    "BatchLoss",
    "ContrastiveLoss",
    "ContrastiveTupleLoss",
    "FunctionLoss",
    "LiftedStructureLoss",
    "NPairLoss",
    "NTXentLoss",
    "QuadrupletLoss",
    "QuadrupletTupleLoss",
    "TripletCenterLoss",
    "TripletLoss",
    "TripletTupleLoss",
    "TwoAnchorTupleLoss",
    "contrastive_loss",
    "contrastive_tuple_loss",
    "get",
    "hashing",
    "lifted_structure_loss",
    "npair_loss",
    "nt_xent_loss",
    "quadruplet_loss",
    "quadruplet_tuple_loss",
    "triplet_center_loss",
    "triplet_loss",
    "triplet_tuple_loss",
    "two_anchor_tuple_loss",
]

_NAMES = {
    "contrastive": ContrastiveLoss,
    "lifted_structure": LiftedStructureLoss,
    "npair": NPairLoss,
    "nt_xent": NTXentLoss,
    "quadruplet": QuadrupletLoss,
    "triplet": TripletLoss,
    "triplet_center": TripletCenterLoss,
}


def get(identifier):
    """Turns a name such as "triplet", a config or a loss of this room into a loss."""
    return resolve(identifier, _NAMES, FunctionLoss, "loss")
