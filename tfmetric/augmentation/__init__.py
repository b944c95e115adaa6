"""What happens to one image: random operations on OpenCV, and pipelines of them.

An image is a uint8 array of values 0..255 or a float32 array of values 0..1, of shape
(height, width), (height, width, 1) or (height, width, 3) in the order red, green, blue.
Every operation returns a new image of the same dtype, rank and channels; `Normalize`
alone, which comes last, returns float32 numbers of any size.

An operation holds its settings and is called with an image and a NumPy generator, a
seed or nothing: `RandomFlip(horizontal=0.5)(image, 7)`. Levels are shares of white, so
that uint8 and float32 images come out alike. Cropping, flipping, rotating and colour
jitter are functions too, with a `seed`. Any callable `operation(image, generator)` may
stand in a `Pipeline`; a registered subclass of `Operation` is saved with it.

A `Pipeline` changes single images, batches, a `tf.data.Dataset` and a
`keras.utils.PyDataset`, and draws a `preview`. `TwoViews` and `MultiView` show each image
several times. `standard`, `simclr`, `faces` and `documents` are pipelines to begin with.

Importing this room turns off OpenCV's own threads and its OpenCL: `tf.data` runs many
images at a time, and threads inside each image would only fight for the same cores.
"""

from tfmetric.augmentation._color import ColorJitter, color_jitter
from tfmetric.augmentation._crop import (
    CenterCrop,
    RandomCrop,
    RandomResizedCrop,
    random_crop,
)
from tfmetric.augmentation._cutout import Cutout
from tfmetric.augmentation._flip import RandomFlip, random_flip
from tfmetric.augmentation._operation import Operation
from tfmetric.augmentation._pipeline import Pipeline
from tfmetric.augmentation._presets import documents, faces, simclr, standard
from tfmetric.augmentation._quality import GaussianBlur, GaussianNoise, JPEGCompression
from tfmetric.augmentation._random_apply import RandomApply
from tfmetric.augmentation._resize import Letterbox, Resize
from tfmetric.augmentation._tone import CLAHE, Grayscale, Normalize, Solarize
from tfmetric.augmentation._views import MultiView, TwoViews
from tfmetric.augmentation._warp import (
    RandomAffine,
    RandomPerspective,
    RandomRotate,
    random_rotate,
)

__all__ = [
    "CLAHE",
    "CenterCrop",
    "ColorJitter",
    "Cutout",
    "GaussianBlur",
    "GaussianNoise",
    "Grayscale",
    "JPEGCompression",
    "Letterbox",
    "MultiView",
    "Normalize",
    "Operation",
    "Pipeline",
    "RandomAffine",
    "RandomApply",
    "RandomCrop",
    "RandomFlip",
    "RandomPerspective",
    "RandomResizedCrop",
    "RandomRotate",
    "Resize",
    "Solarize",
    "TwoViews",
    "color_jitter",
    "documents",
    "faces",
    "random_crop",
    "random_flip",
    "random_rotate",
    "simclr",
    "standard",
]
