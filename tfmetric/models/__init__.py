"""Networks to train with `model.fit`: wiring and training steps."""

from tfmetric.models._base import MetricModel
from tfmetric.models._embedding import EmbeddingNetwork
from tfmetric.models._hashing import HashingNetwork
from tfmetric.models._joint import JointNetwork
from tfmetric.models._quadruplet import QuadrupletNetwork
from tfmetric.models._siamese import SiameseNetwork
from tfmetric.models._triplet import TripletNetwork
from tfmetric.models._views import ViewNetwork

__all__ = [
    "EmbeddingNetwork",
    "HashingNetwork",
    "JointNetwork",
    "MetricModel",
    "QuadrupletNetwork",
    "SiameseNetwork",
    "TripletNetwork",
    "ViewNetwork",
]
