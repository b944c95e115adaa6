"""Everything with weights or state."""

from tfmetric.layers import regularizers
from tfmetric.layers._bi_half import BiHalf
from tfmetric.layers._center_head import CenterHead
from tfmetric.layers._cross_batch_memory import CrossBatchMemory
from tfmetric.layers._hash_head import HashHead
from tfmetric.layers._margin_boundary import MarginBoundary
from tfmetric.layers._product_head import ProductHead
from tfmetric.layers._proxy_head import ProxyHead
from tfmetric.layers._sign import Sign
from tfmetric.layers._tanh_continuation import ContinuationSchedule, TanhContinuation
from tfmetric.layers._unit_norm import UnitNorm

__all__ = [
    "BiHalf",
    "CenterHead",
    "ContinuationSchedule",
    "CrossBatchMemory",
    "HashHead",
    "MarginBoundary",
    "ProductHead",
    "ProxyHead",
    "Sign",
    "TanhContinuation",
    "UnitNorm",
    "regularizers",
]
