"""Losses on the relaxed values of a binary code."""

from tfmetric.losses.hashing._orthohash import OrthoHashLoss, orthohash_loss
from tfmetric.losses.hashing._pairwise_likelihood import (
    PairwiseLikelihoodLoss,
    pairwise_likelihood_loss,
)
from tfmetric.losses.hashing._quantization import QuantizationLoss, quantization_loss
from tfmetric.losses.hashing._targets import binary_targets

__all__ = [
    "OrthoHashLoss",
    "PairwiseLikelihoodLoss",
    "QuantizationLoss",
    "binary_targets",
    "orthohash_loss",
    "pairwise_likelihood_loss",
    "quantization_loss",
]
