"""`tfa.losses.metric_learning`: distances between all rows of a batch."""

from tfmetric.addons.losses._distances import angular_distance, pairwise_distance

__all__ = ["angular_distance", "pairwise_distance"]
