"""The metric-learning losses of tensorflow-addons 0.23, for Keras 3.

    import tfmetric.addons as tfa

is the only line that changes: names, arguments, defaults, label conventions, values and
gradients are those of the original. `docs/addons.md` lists the departures. What is new
here is in `tfmetric.losses`.
"""

from tfmetric.addons import losses

__all__ = ["losses"]
