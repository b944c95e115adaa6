"""CIFAR-10 images and their ImageNet features, for the benchmarks.

`load_images(folder)` joins the parts of `shared_data.cifar10`, which says what they are.
`load_features(folder, cache)` runs the EfficientNet-Lite0 that lies beside it over all of
them, once, and keeps the result in `cache`: minutes on two idle CPU cores.

    python benchmarks/cifar10.py --data FOLDER --cache FOLDER
"""

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import shared_data

SIZE = 128  # images are enlarged to this before the backbone sees them
CHUNK = 500


def load_images(folder):
    """All 60,000 images, (60000, 32, 32, 3) uint8 RGB, and labels; the test part last."""
    parts = shared_data.cifar10(folder)
    images = np.concatenate([part.images for part in parts])
    return images, np.concatenate([part.labels for part in parts])


def load_features(folder, cache):
    """Features of all images, (60000, 1280) float32, computed where not cached."""
    path = Path(cache) / f"cifar10_lite0_{SIZE}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        features = _compute(folder, load_images(folder)[0])
        np.save(path.with_suffix(".part.npy"), features.astype(np.float16))
        path.with_suffix(".part.npy").rename(path)
    return np.load(path).astype(np.float32)


def _compute(folder, images):
    backbone = shared_data.efficientnet_lite0(SIZE, folder)
    rows = []
    for start in range(0, len(images), CHUNK):
        chunk = images[start : start + CHUNK]
        large = [
            cv2.resize(image, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
            for image in chunk
        ]
        scaled = (np.stack(large).astype(np.float32) - 127) / 128
        rows.append(backbone.predict(scaled, batch_size=50, verbose=0))
        print(f"\rfeatures of {start + len(chunk)} images", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.concatenate(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of cifar10_jpegpack.npz")
    parser.add_argument("--cache", required=True, help="folder to keep the features in")
    settings = parser.parse_args()
    print(load_features(settings.data, settings.cache).shape)
