"""CIFAR-10 images and their ImageNet features, for the benchmarks.

`load_images(folder)` reads `cifar10_jpegpack.npz`, whose images were re-encoded as JPEG, so
they are not bit for bit the original ones. `load_features(folder, cache)` runs the
EfficientNet-Lite0 that lies beside it over all of them, once, and keeps the result in
`cache`: minutes on two idle CPU cores.

    python benchmarks/cifar10.py --data FOLDER --cache FOLDER
"""

import argparse
import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np

SIZE = 128  # images are enlarged to this before the backbone sees them
CHUNK = 500


def load_images(folder):
    """All 60,000 images, (60000, 32, 32, 3) uint8 RGB, and labels; the test part last."""
    with np.load(Path(folder) / "cifar10_jpegpack.npz") as pack:
        parts = [
            (pack[f"jpeg_{part}"], pack[f"offset_{part}"], pack[f"label_{part}"])
            for part in ("train", "test")
        ]
    images = [
        cv2.imdecode(jpeg[start:stop], cv2.IMREAD_COLOR)[..., ::-1]
        for jpeg, offsets, _ in parts
        for start, stop in zip(offsets, offsets[1:], strict=False)
    ]
    labels = np.concatenate([label for *_, label in parts])
    return np.stack(images), labels.astype(np.int64)


def load_features(folder, cache):
    """Features of all images, (60000, 1280) float32, computed where not cached."""
    path = Path(cache) / f"cifar10_lite0_{SIZE}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        features = _compute(Path(folder), load_images(folder)[0])
        np.save(path.with_suffix(".part.npy"), features.astype(np.float16))
        path.with_suffix(".part.npy").rename(path)
    return np.load(path).astype(np.float32)


def _compute(folder, images):
    backbone = _backbone(folder)
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


def _backbone(folder):
    spec = importlib.util.spec_from_file_location("lite0", folder / "efficientnet_lite0.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.build(SIZE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder of cifar10_jpegpack.npz")
    parser.add_argument("--cache", required=True, help="folder to keep the features in")
    settings = parser.parse_args()
    print(load_features(settings.data, settings.cache).shape)
