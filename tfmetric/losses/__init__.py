"""Losses: each paper a function, and a class with its settings.

`XLoss` compares the examples of a labelled batch: `loss(labels, embeddings)`, in any
`keras.Model`. `XTupleLoss` takes the distances of explicit pairs, triplets or quadruplets,
as the tuple networks give them. A `ProxyLoss` reads what a `ProxyHead`, `ProductHead` or
`CenterHead` gives: `loss(labels, cosines)`. Losses on codes are in
`tfmetric.losses.hashing`.

Give `compile` the classes: they keep large ids apart and reach the whole batch of a
strategy. The functions are for training loops of your own.
"""

from tfmetric._core._registry import resolve
from tfmetric.losses import hashing
from tfmetric.losses._angular import AngularLoss, angular_loss
from tfmetric.losses._arcface import ArcFaceLoss, arcface_loss
from tfmetric.losses._barlow_twins import BarlowTwinsLoss, barlow_twins_loss
from tfmetric.losses._base import BatchLoss, FunctionLoss
from tfmetric.losses._center import CenterLoss, center_loss
from tfmetric.losses._circle import CircleLoss, circle_loss
from tfmetric.losses._contrastive import (
    ContrastiveLoss,
    ContrastiveTupleLoss,
    contrastive_loss,
    contrastive_tuple_loss,
)
from tfmetric.losses._cosface import CosFaceLoss, cosface_loss
from tfmetric.losses._curricular_face import CurricularFaceLoss, curricular_face_loss
from tfmetric.losses._decoupled_contrastive import (
    DecoupledContrastiveLoss,
    decoupled_contrastive_loss,
)
from tfmetric.losses._dynamic_soft_margin import (
    DynamicSoftMarginLoss,
    dynamic_soft_margin_loss,
)
from tfmetric.losses._fast_ap import FastAPLoss, fast_ap_loss
from tfmetric.losses._generalized_lifted_structure import (
    GeneralizedLiftedStructureLoss,
    generalized_lifted_structure_loss,
)
from tfmetric.losses._histogram import HistogramLoss, histogram_loss
from tfmetric.losses._info_nce import InfoNCELoss, info_nce_loss
from tfmetric.losses._instance import InstanceLoss, instance_loss
from tfmetric.losses._intra_pair_variance import (
    IntraPairVarianceLoss,
    intra_pair_variance_loss,
)
from tfmetric.losses._large_margin_softmax import (
    LargeMarginSoftmaxLoss,
    large_margin_softmax_loss,
)
from tfmetric.losses._lifted_structure import (
    LiftedStructureLoss,
    lifted_structure_loss,
)
from tfmetric.losses._margin import (
    LearnedMarginLoss,
    MarginLoss,
    learned_margin_loss,
    margin_loss,
)
from tfmetric.losses._multi_similarity import MultiSimilarityLoss, multi_similarity_loss
from tfmetric.losses._multiple import LossMetric, MultipleLosses
from tfmetric.losses._nca import NCALoss, nca_loss
from tfmetric.losses._normalized_softmax import (
    NormalizedSoftmaxLoss,
    normalized_softmax_loss,
)
from tfmetric.losses._npair import NPairLoss, npair_loss
from tfmetric.losses._npair_multilabel import NPairMultilabelLoss, npair_multilabel_loss
from tfmetric.losses._nt_xent import NTXentLoss, nt_xent_loss
from tfmetric.losses._p2s_grad import P2SGradLoss, p2s_grad_loss
from tfmetric.losses._pnp import PNPLoss, pnp_loss
from tfmetric.losses._proxy import ProxyLoss
from tfmetric.losses._proxy_anchor import ProxyAnchorLoss, proxy_anchor_loss
from tfmetric.losses._proxy_nca import (
    ProxyNCALoss,
    ProxyNCAPlusPlusLoss,
    proxy_nca_loss,
    proxy_nca_plus_plus_loss,
)
from tfmetric.losses._quadruplet import (
    QuadrupletLoss,
    QuadrupletTupleLoss,
    TwoAnchorTupleLoss,
    quadruplet_loss,
    quadruplet_tuple_loss,
    two_anchor_tuple_loss,
)
from tfmetric.losses._ranked_list import RankedListLoss, ranked_list_loss
from tfmetric.losses._selectively_contrastive_triplet import (
    SelectivelyContrastiveTripletLoss,
    selectively_contrastive_triplet_loss,
)
from tfmetric.losses._self_supervised import MultiViewLoss, SelfSupervisedLoss
from tfmetric.losses._simclr import SimCLRLoss, simclr_loss
from tfmetric.losses._simsiam import SimSiamLoss, simsiam_loss
from tfmetric.losses._smooth_ap import SmoothAPLoss, smooth_ap_loss
from tfmetric.losses._snr_contrastive import SNRContrastiveLoss, snr_contrastive_loss
from tfmetric.losses._soft_nearest_neighbor import (
    SoftNearestNeighborLoss,
    soft_nearest_neighbor_loss,
)
from tfmetric.losses._soft_triple import SoftTripleLoss, soft_triple_loss
from tfmetric.losses._sphereface import SphereFaceLoss, sphereface_loss
from tfmetric.losses._sub_center_arcface import (
    SubCenterArcFaceLoss,
    sub_center_arcface_loss,
    sub_center_outliers,
)
from tfmetric.losses._supcon import SupConLoss, supcon_loss
from tfmetric.losses._surrogate_precision import (
    SurrogatePrecisionLoss,
    surrogate_precision_loss,
)
from tfmetric.losses._threshold_consistent_margin import (
    ThresholdConsistentMarginLoss,
    threshold_consistent_margin_loss,
)
from tfmetric.losses._triplet import (
    TripletLoss,
    TripletTupleLoss,
    triplet_loss,
    triplet_tuple_loss,
)
from tfmetric.losses._triplet_center import TripletCenterLoss, triplet_center_loss
from tfmetric.losses._tuplet_margin import TupletMarginLoss, tuplet_margin_loss
from tfmetric.losses._vicreg import VICRegLoss, vicreg_loss
from tfmetric.losses._views import ViewLoss

__all__ = [
    "AngularLoss",
    "ArcFaceLoss",
    "BarlowTwinsLoss",
    "BatchLoss",
    "CenterLoss",
    "CircleLoss",
    "ContrastiveLoss",
    "ContrastiveTupleLoss",
    "CosFaceLoss",
    "CurricularFaceLoss",
    "DecoupledContrastiveLoss",
    "DynamicSoftMarginLoss",
    "FastAPLoss",
    "FunctionLoss",
    "GeneralizedLiftedStructureLoss",
    "HistogramLoss",
    "InfoNCELoss",
    "InstanceLoss",
    "IntraPairVarianceLoss",
    "LargeMarginSoftmaxLoss",
    "LearnedMarginLoss",
    "LiftedStructureLoss",
    "LossMetric",
    "MarginLoss",
    "MultiSimilarityLoss",
    "MultiViewLoss",
    "MultipleLosses",
    "NCALoss",
    "NPairLoss",
    "NPairMultilabelLoss",
    "NTXentLoss",
    "NormalizedSoftmaxLoss",
    "P2SGradLoss",
    "PNPLoss",
    "ProxyAnchorLoss",
    "ProxyLoss",
    "ProxyNCALoss",
    "ProxyNCAPlusPlusLoss",
    "QuadrupletLoss",
    "QuadrupletTupleLoss",
    "RankedListLoss",
    "SNRContrastiveLoss",
    "SelectivelyContrastiveTripletLoss",
    "SelfSupervisedLoss",
    "SimCLRLoss",
    "SimSiamLoss",
    "SmoothAPLoss",
    "SoftNearestNeighborLoss",
    "SoftTripleLoss",
    "SphereFaceLoss",
    "SubCenterArcFaceLoss",
    "SupConLoss",
    "SurrogatePrecisionLoss",
    "ThresholdConsistentMarginLoss",
    "TripletCenterLoss",
    "TripletLoss",
    "TripletTupleLoss",
    "TupletMarginLoss",
    "TwoAnchorTupleLoss",
    "VICRegLoss",
    "ViewLoss",
    "angular_loss",
    "arcface_loss",
    "barlow_twins_loss",
    "center_loss",
    "circle_loss",
    "contrastive_loss",
    "contrastive_tuple_loss",
    "cosface_loss",
    "curricular_face_loss",
    "decoupled_contrastive_loss",
    "dynamic_soft_margin_loss",
    "fast_ap_loss",
    "generalized_lifted_structure_loss",
    "get",
    "hashing",
    "histogram_loss",
    "info_nce_loss",
    "instance_loss",
    "intra_pair_variance_loss",
    "large_margin_softmax_loss",
    "learned_margin_loss",
    "lifted_structure_loss",
    "margin_loss",
    "multi_similarity_loss",
    "nca_loss",
    "normalized_softmax_loss",
    "npair_loss",
    "npair_multilabel_loss",
    "nt_xent_loss",
    "p2s_grad_loss",
    "pnp_loss",
    "proxy_anchor_loss",
    "proxy_nca_loss",
    "proxy_nca_plus_plus_loss",
    "quadruplet_loss",
    "quadruplet_tuple_loss",
    "ranked_list_loss",
    "selectively_contrastive_triplet_loss",
    "simclr_loss",
    "simsiam_loss",
    "smooth_ap_loss",
    "snr_contrastive_loss",
    "soft_nearest_neighbor_loss",
    "soft_triple_loss",
    "sphereface_loss",
    "sub_center_arcface_loss",
    "sub_center_outliers",
    "supcon_loss",
    "surrogate_precision_loss",
    "threshold_consistent_margin_loss",
    "triplet_center_loss",
    "triplet_loss",
    "triplet_tuple_loss",
    "tuplet_margin_loss",
    "two_anchor_tuple_loss",
    "vicreg_loss",
]

_NAMES = {
    "angular": AngularLoss,
    "arcface": ArcFaceLoss,
    "barlow_twins": BarlowTwinsLoss,
    "center": CenterLoss,
    "circle": CircleLoss,
    "contrastive": ContrastiveLoss,
    "cosface": CosFaceLoss,
    "curricular_face": CurricularFaceLoss,
    "decoupled_contrastive": DecoupledContrastiveLoss,
    "dynamic_soft_margin": DynamicSoftMarginLoss,
    "fast_ap": FastAPLoss,
    "generalized_lifted_structure": GeneralizedLiftedStructureLoss,
    "histogram": HistogramLoss,
    "info_nce": InfoNCELoss,
    "instance": InstanceLoss,
    "intra_pair_variance": IntraPairVarianceLoss,
    "large_margin_softmax": LargeMarginSoftmaxLoss,
    "learned_margin": LearnedMarginLoss,
    "lifted_structure": LiftedStructureLoss,
    "margin": MarginLoss,
    "multi_similarity": MultiSimilarityLoss,
    "nca": NCALoss,
    "normalized_softmax": NormalizedSoftmaxLoss,
    "npair": NPairLoss,
    "npair_multilabel": NPairMultilabelLoss,
    "nt_xent": NTXentLoss,
    "p2s_grad": P2SGradLoss,
    "pnp": PNPLoss,
    "proxy_anchor": ProxyAnchorLoss,
    "proxy_nca": ProxyNCALoss,
    "proxy_nca_plus_plus": ProxyNCAPlusPlusLoss,
    "quadruplet": QuadrupletLoss,
    "ranked_list": RankedListLoss,
    "selectively_contrastive_triplet": SelectivelyContrastiveTripletLoss,
    "simclr": SimCLRLoss,
    "simsiam": SimSiamLoss,
    "smooth_ap": SmoothAPLoss,
    "snr_contrastive": SNRContrastiveLoss,
    "soft_nearest_neighbor": SoftNearestNeighborLoss,
    "soft_triple": SoftTripleLoss,
    "sphereface": SphereFaceLoss,
    "sub_center_arcface": SubCenterArcFaceLoss,
    "supcon": SupConLoss,
    "surrogate_precision": SurrogatePrecisionLoss,
    "threshold_consistent_margin": ThresholdConsistentMarginLoss,
    "triplet": TripletLoss,
    "triplet_center": TripletCenterLoss,
    "tuplet_margin": TupletMarginLoss,
    "vicreg": VICRegLoss,
}


def get(identifier):
    """Turns a name such as "triplet", a config or a loss of this room into a loss."""
    return resolve(identifier, _NAMES, FunctionLoss, "loss")
