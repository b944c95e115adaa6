"""OpenCV augmentation: crop, flip, rotate, colour jitter, each with a seed."""

import numpy as np

from tfmetric.augmentation import (
    color_jitter,
    random_crop,
    random_flip,
    random_rotate,
)

rows, columns = np.mgrid[0:96, 0:128]
image = np.stack([rows * 2, columns, 255 - columns], axis=-1).astype("uint8")

cropped = random_crop(image, (64, 64), seed=0)
flipped = random_flip(cropped, horizontal=0.5, seed=0)
rotated = random_rotate(flipped, angle=15, seed=0)
jittered = color_jitter(
    rotated, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.2, seed=0
)
for name, result in (("crop", cropped), ("rotate", rotated), ("jitter", jittered)):
    print(f"{name:8s}", result.shape, result.dtype, f"mean {result.mean():.1f}")
