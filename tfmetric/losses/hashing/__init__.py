"""Losses on the relaxed values of a binary code."""

from tfmetric.losses.hashing._binary_passage_retriever import (
    BinaryPassageRetrieverLoss,
    binary_passage_retriever_loss,
)
from tfmetric.losses.hashing._bit_balance import BitBalanceLoss, bit_balance_loss
from tfmetric.losses.hashing._bit_decorrelation import (
    BitDecorrelationLoss,
    bit_decorrelation_loss,
)
from tfmetric.losses.hashing._csq import CSQLoss, csq_loss
from tfmetric.losses.hashing._dpn import DPNLoss, dpn_loss
from tfmetric.losses.hashing._dsh import DSHLoss, dsh_loss
from tfmetric.losses.hashing._dtsh import DTSHLoss, dtsh_loss
from tfmetric.losses.hashing._idhn import IDHNLoss, idhn_loss
from tfmetric.losses.hashing._orthohash import OrthoHashLoss, orthohash_loss
from tfmetric.losses.hashing._pairwise_likelihood import (
    PairwiseLikelihoodLoss,
    pairwise_likelihood_loss,
)
from tfmetric.losses.hashing._quantization import QuantizationLoss, quantization_loss
from tfmetric.losses.hashing._similarity_preserving import (
    SimilarityPreservingLoss,
    similarity_preserving_loss,
)
from tfmetric.losses.hashing._targets import binary_targets
from tfmetric.losses.hashing._tie_aware_ap import TieAwareAPLoss, tie_aware_ap_loss

__all__ = [
    "BinaryPassageRetrieverLoss",
    "BitBalanceLoss",
    "BitDecorrelationLoss",
    "CSQLoss",
    "DPNLoss",
    "DSHLoss",
    "DTSHLoss",
    "IDHNLoss",
    "OrthoHashLoss",
    "PairwiseLikelihoodLoss",
    "QuantizationLoss",
    "SimilarityPreservingLoss",
    "TieAwareAPLoss",
    "binary_passage_retriever_loss",
    "binary_targets",
    "bit_balance_loss",
    "bit_decorrelation_loss",
    "csq_loss",
    "dpn_loss",
    "dsh_loss",
    "dtsh_loss",
    "idhn_loss",
    "orthohash_loss",
    "pairwise_likelihood_loss",
    "quantization_loss",
    "similarity_preserving_loss",
    "tie_aware_ap_loss",
]
