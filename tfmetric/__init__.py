"""Deep metric learning and deep hashing for Keras 3 and TensorFlow.

Train an embedding, train its binary code, search with both, serve the result. Each
room below answers one question; see the README for the map.
"""

import sys
from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"

__all__ = [
    "addons",  # tensorflow-addons' losses, for those who come from there
    "augmentation",  # what happens to one image
    "data",  # which examples meet in a batch
    "distances",  # how far apart two things are
    "encoders",  # turns an input into features
    "evaluation",  # measures a model
    "layers",  # has weights or state
    "losses",  # scores a batch
    "metrics",  # scores a collection
    "miners",  # chooses tuples of a batch
    "models",  # wires and trains
    "retrieval",  # finds
    "serving",  # puts a model behind TensorFlow Serving
]


def __getattr__(name):
    if name in __all__:
        return import_module(f"tfmetric.{name}")
    raise AttributeError(f"module 'tfmetric' has no attribute {name!r}")


def __dir__():
    return [*globals(), *__all__]


# `import tfmetric` registers every Keras class, so that `keras.saving.load_model` finds
# them. Only the command itself waits, for `tfmetric --help` must not load TensorFlow.
if Path(sys.argv[0] if sys.argv else "").stem != "tfmetric":
    for _room in ("distances", "layers", "losses", "metrics", "miners", "models"):
        import_module(f"tfmetric.{_room}")
