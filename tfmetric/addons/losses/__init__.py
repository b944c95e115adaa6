"""`tfa.losses`, the part of it that learns metrics.

The functions give what the original's gave: a number for the batch, `contrastive_loss`
one for each pair. The classes give Keras rows whose mean is that number, so that they
train the same weights on one replica and on many.
"""

from tfmetric.addons.losses import metric_learning
from tfmetric.addons.losses._contrastive import ContrastiveLoss, contrastive_loss
from tfmetric.addons.losses._lifted import LiftedStructLoss, lifted_struct_loss
from tfmetric.addons.losses._npairs import (
    NpairsLoss,
    NpairsMultilabelLoss,
    npairs_loss,
    npairs_multilabel_loss,
)
from tfmetric.addons.losses._triplet import (
    TripletHardLoss,
    TripletSemiHardLoss,
    triplet_hard_loss,
    triplet_semihard_loss,
)

__all__ = [
    "ContrastiveLoss",
    "LiftedStructLoss",
    "NpairsLoss",
    "NpairsMultilabelLoss",
    "TripletHardLoss",
    "TripletSemiHardLoss",
    "contrastive_loss",
    "lifted_struct_loss",
    "metric_learning",
    "npairs_loss",
    "npairs_multilabel_loss",
    "triplet_hard_loss",
    "triplet_semihard_loss",
]
