"""The folder of a trained model: the network, and what it expects of images."""

import hashlib
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tfmetric import __version__
from tfmetric.cli._console import loading_tensorflow, status
from tfmetric.cli._output import MANIFEST, read_manifest, write_manifest

_NETWORK = "model.keras"
_THRESHOLD = "match_threshold"


@dataclass(frozen=True)
class ModelSettings:
    """What one must know to use the network.

    Args:
        image_size: height and width of its images in pixels.
        channels: 3 for colour or 1 for gray.
        embedding_dim: length of its embedding.
        bits: length of its code.
        class_names: classes it was trained on.
    """

    image_size: int
    channels: int
    embedding_dim: int
    bits: int
    class_names: tuple[str, ...]


@dataclass(frozen=True)
class ModelFolder:
    """A model on disk, not loaded yet.

    Args:
        path: its folder.
        settings: what to know before using it.
        sha256: of the file of the network.
        made_by: version of tfmetric that wrote it.
        threshold: dict of its `MatchThreshold`, or None where none was calibrated.
    """

    path: Path
    settings: ModelSettings
    sha256: str
    made_by: str
    threshold: dict | None = None

    def match_threshold(self):
        """The `MatchThreshold` that training calibrated, or None."""
        from tfmetric.evaluation import MatchThreshold

        return None if self.threshold is None else MatchThreshold.from_dict(self.threshold)


def write_model(folder, network, settings, details, threshold=None):
    """Writes the network and its manifest, as the last files of `folder`.

    Args:
        folder: `Path` of an existing folder.
        network: the trained `JointNetwork`.
        settings: `ModelSettings`.
        details: dict of what else the manifest should tell.
        threshold: `MatchThreshold` of its embedding, or None.
    """
    network.save(folder / _NETWORK)
    manifest = asdict(settings) | {"sha256": _digest(folder / _NETWORK)} | details
    if threshold is not None:
        manifest[_THRESHOLD] = threshold.to_dict()
    write_manifest(folder, "model", manifest)


def open_model_folder(path):
    """Reads the manifest and checks the file of the network, without TensorFlow.

    Raises:
        ValueError: no model there, or a damaged one.
    """
    path = Path(path)
    manifest = read_manifest(path, "model")
    try:
        settings = ModelSettings(*(manifest[field.name] for field in fields(ModelSettings)))
        expected, made_by = manifest["sha256"], manifest["tfmetric"]
    except KeyError as error:
        raise ValueError(
            f"Expected {str(path / MANIFEST)!r} as training wrote it. "
            f"Received: no {error} in it"
        ) from None
    if not (path / _NETWORK).is_file() or _digest(path / _NETWORK) != expected:
        raise ValueError(
            f"Expected {str(path / _NETWORK)!r} as training wrote it. "
            "Received: a missing or changed file; restore it, or train again"
        )
    return ModelFolder(path, settings, expected, made_by, manifest.get(_THRESHOLD))


def load_network(model):
    """Loads the network of a `ModelFolder`, ready to encode images."""
    with loading_tensorflow():
        import keras

        import tfmetric.models  # noqa: F401  registers the classes that are loaded

    try:
        with status("Loading the model"):
            return keras.saving.load_model(model.path / _NETWORK, compile=False)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"Expected a model that tfmetric {__version__} and Keras {keras.__version__} "
            f"can load; train it again. Received: {str(model.path)!r}, made by tfmetric "
            f"{model.made_by}"
        ) from error


def _digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
