"""What turns an input into features. Any other Keras model serves as well."""

from tfmetric.encoders._conv4 import conv4
from tfmetric.encoders._features import Features
from tfmetric.encoders._small_conv_net import small_conv_net

__all__ = ["Features", "conv4", "small_conv_net"]
