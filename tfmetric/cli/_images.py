"""Images in, embeddings and codes out, with progress on the terminal."""

from tfmetric.cli._console import loading_tensorflow, note, progress

_AT_ONCE = 128
_LISTED = 20


def read_folder(path, image_size, channels):
    """Loads a folder of class folders and names on stderr what had to be skipped."""
    with loading_tensorflow():
        from tfmetric.data import load_folder

    images = load_folder(path, image_size, channels, progress("Reading images"))
    for file, reason in images.skipped[:_LISTED]:
        note(f"skipped {file}: {reason.partition(' Received: ')[0]}")
    if len(images.skipped) > _LISTED:
        note(f"… and {len(images.skipped) - _LISTED} more")
    if images.skipped:
        note(f"{len(images.skipped)} files skipped, {len(images)} images read")
    return images


def read_one(path, image_size, channels):
    """Loads one image, uint8 (image_size, image_size, channels)."""
    with loading_tensorflow():
        from tfmetric.data import read_image

    return read_image(path, image_size, channels)


def encode(network, images):
    """Embeddings and packed codes of uint8 images, (items, dim) and (items, bytes)."""
    import numpy as np

    starts = range(0, len(images), _AT_ONCE)
    parts = [
        network.encode(images[start : start + _AT_ONCE], batch_size=_AT_ONCE)
        for start in progress("Encoding images")(starts)
    ]
    embeddings, codes = zip(*parts, strict=True)
    return np.concatenate(embeddings), np.concatenate(codes)
