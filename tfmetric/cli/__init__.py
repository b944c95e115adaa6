"""The `tfmetric` command: one verb, one file; TensorFlow loads when a verb needs it."""

from tfmetric.cli._main import main

__all__ = ["main"]
