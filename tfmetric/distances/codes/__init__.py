"""Packed binary codes: packing, and distances that never unpack them.

Codes are (items, bytes) uint8, eight bits a byte, as `numpy.packbits(values > 0, axis=1)`
gives them. `hamming` compares codes with codes inside a TensorFlow graph;
`asymmetric_hamming` compares the values of a query, not yet cut down to bits, with codes.
"""

from tfmetric._core._bits import pack_bits, unpack_bits
from tfmetric.distances.codes._asymmetric import asymmetric_hamming
from tfmetric.distances.codes._hamming import hamming

__all__ = ["asymmetric_hamming", "hamming", "pack_bits", "unpack_bits"]
