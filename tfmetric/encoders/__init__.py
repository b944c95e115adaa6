"""What turns an input into features. Any other Keras model serves as well."""

from tfmetric.encoders._conv4 import conv4
from tfmetric.encoders._features import Features
from tfmetric.encoders._small_conv_net import small_conv_net
from tfmetric.encoders._tabular import tabular_encoder
from tfmetric.encoders._text import TokenMean, text_encoder

__all__ = [
    "Features",
    "TokenMean",
    "conv4",
    "small_conv_net",
    "tabular_encoder",
    "text_encoder",
]
