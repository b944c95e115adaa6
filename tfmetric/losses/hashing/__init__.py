"""Losses on the relaxed values of a binary code."""

from tfmetric.losses.hashing._quantization import QuantizationLoss, quantization_loss

__all__ = ["QuantizationLoss", "quantization_loss"]
