"""Puts a trained network behind TensorFlow Serving."""

from tfmetric.serving._export import export_saved_model
from tfmetric.serving._verify import Verification, verify_saved_model

__all__ = ["Verification", "export_saved_model", "verify_saved_model"]
