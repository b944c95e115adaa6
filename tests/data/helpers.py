"""Image files to read, and some that claim to be; what batches hold."""

import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np


def write_image(path, gray, size=(10, 12)):
    """A PNG of one gray; returns its path as text."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(np.full((*size, 3), gray, np.uint8)))
    return os.fspath(path)


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


def half_png():
    """A header that is whole, and half of the pixels."""
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    data = png(noise)
    return data[: len(data) // 2]


def png_header(width, height):
    """A PNG that claims a size and holds next to nothing."""

    def chunk(kind, data):
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def examples_of(dataset, labels):
    """The examples of each batch, whose images are places in `labels`, which must agree."""
    batches = []
    for images, found in dataset:
        assert np.array_equal(labels[images], found)
        batches.append(images.numpy().tolist())
    return batches
