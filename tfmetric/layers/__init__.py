"""Everything with weights or state."""

from tfmetric.layers._hash_head import HashHead
from tfmetric.layers._sign import Sign
from tfmetric.layers._unit_norm import UnitNorm

__all__ = ["HashHead", "Sign", "UnitNorm"]
