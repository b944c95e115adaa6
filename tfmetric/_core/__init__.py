"""Tensor and array tools that know no method: checks, bits, masks, numerics."""
