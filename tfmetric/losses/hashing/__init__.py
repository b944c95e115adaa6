"""Losses on the relaxed values of a binary code."""

from tfmetric.losses.hashing._binary_passage_retriever import (
    BinaryPassageRetrieverLoss,
    binary_passage_retriever_loss,
)
from tfmetric.losses.hashing._dsh import DSHLoss, dsh_loss
from tfmetric.losses.hashing._dtsh import DTSHLoss, dtsh_loss
from tfmetric.losses.hashing._idhn import IDHNLoss, idhn_loss
from tfmetric.losses.hashing._orthohash import OrthoHashLoss, orthohash_loss
from tfmetric.losses.hashing._pairwise_likelihood import (
    PairwiseLikelihoodLoss,
    pairwise_likelihood_loss,
)
from tfmetric.losses.hashing._quantization import QuantizationLoss, quantization_loss
from tfmetric.losses.hashing._targets import binary_targets
from tfmetric.losses.hashing._tie_aware_ap import TieAwareAPLoss, tie_aware_ap_loss

__all__ = [
    "BinaryPassageRetrieverLoss",
    "DSHLoss",
    "DTSHLoss",
    "IDHNLoss",
    "OrthoHashLoss",
    "PairwiseLikelihoodLoss",
    "QuantizationLoss",
    "TieAwareAPLoss",
    "binary_passage_retriever_loss",
    "binary_targets",
    "dsh_loss",
    "dtsh_loss",
    "idhn_loss",
    "orthohash_loss",
    "pairwise_likelihood_loss",
    "quantization_loss",
    "tie_aware_ap_loss",
]
