"""Presets: what they promise of sizes, of mirroring, of colour, of amounts."""

import json

import keras
import numpy as np
import pytest

from tfmetric.augmentation import (
    GaussianBlur,
    Pipeline,
    RandomApply,
    documents,
    faces,
    simclr,
    standard,
)

PRESETS = [standard, simclr, faces, documents]
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("shape", [(90, 70, 3), (20, 40, 1), (64, 64)])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_images_of_any_size_become_images_of_one(preset, shape, dtype):
    values = RNG.integers(0, 256, shape)
    image = values.astype(np.uint8) if dtype == "uint8" else np.float32(values / 255)
    pipeline = preset((48, 36), seed=1)
    assert pipeline.output_shape(shape) == (48, 36, *shape[2:])
    batch = pipeline.batch([image] * 12)
    assert batch.shape == (12, 48, 36, *shape[2:])
    assert batch.dtype == dtype
    assert len({result.tobytes() for result in batch}) == 12


@pytest.mark.parametrize("preset", PRESETS)
def test_config_round_trip_through_json(preset):
    pipeline = preset(80, seed=3)
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(pipeline)))
    revived = keras.saving.deserialize_keras_object(config)
    assert isinstance(revived, Pipeline)
    image = RNG.integers(0, 256, (90, 90, 3), np.uint8)
    assert revived.batch([image] * 5).tobytes() == pipeline.batch([image] * 5).tobytes()


@pytest.mark.parametrize("preset", PRESETS)
def test_bad_settings(preset):
    with pytest.raises(ValueError, match="Expected size"):
        preset(0)
    with pytest.raises(ValueError, match="Expected seed"):
        preset(32, seed=-1)


def sides(preset, count=200):
    """How often what is bright on the left is bright on the left afterwards."""
    image = np.zeros((64, 64), np.uint8)
    image[:, :32] = 200
    batch = preset(64).batch([image] * count).astype(float)
    return (batch[:, :, :16].mean((1, 2)) > batch[:, :, -16:].mean((1, 2))).mean()


def test_faces_are_mirrored_and_documents_are_not():
    assert 0.36 < sides(faces) < 0.64  # 4 standard deviations of 200 coins
    assert sides(documents) == 1


def test_a_document_stays_whole():
    """The four marks in the corners of a page are in nearly every result."""
    page = np.full((200, 150), 255, np.uint8)
    for rows in (slice(4, 20), slice(180, 196)):
        for columns in (slice(4, 20), slice(130, 146)):
            page[rows, columns] = 0
    batch = documents(128).batch([page] * 60).astype(float)
    lightest = batch.max((1, 2), keepdims=True)
    dark = batch < lightest / 2
    quarters = [
        dark[:, r, c].sum((1, 2))
        for r in (slice(64), slice(64, None))
        for c in (slice(64), slice(64, None))
    ]
    mark = (16 * 128 / 200) ** 2
    assert (np.array(quarters) > 0.5 * mark).all()


def test_documents_keep_their_colors_apart_from_light():
    """Equal channels stay equal, and red stays redder: neither hue nor saturation."""
    red = np.full((64, 64, 3), (180, 60, 60), np.uint8)
    batch = documents(64).batch([red] * 40)[:, 28:36, 28:36].astype(float).mean((1, 2))
    assert (batch[:, 0] > batch[:, 1] + 30).all()
    np.testing.assert_allclose(batch[:, 1], batch[:, 2], atol=6)  # noise, compression


def test_standard_windows_are_of_16_to_100_percent():
    """The window's share of the ramp's levels is its share of the width."""
    ramp = np.broadcast_to(np.linspace(0, 1, 400, dtype=np.float32), (400, 400))
    crop, *_ = standard(64).operations
    spans = [np.ptp(crop(ramp, seed)) for seed in range(300)]
    assert min(spans) > np.sqrt(0.16 * 3 / 4) - 0.02
    assert max(spans) > 0.95


def gray_share(batch):
    return (np.ptp(batch, axis=3).max((1, 2)) == 0).mean()


def test_a_fifth_of_simclr_is_gray():
    image = RNG.integers(0, 256, (40, 40, 3), np.uint8)
    share = gray_share(simclr(32).batch([image] * 400))
    assert 0.12 < share < 0.28  # 4 standard deviations of 400 draws


@pytest.mark.parametrize("size, blurs", [(32, False), ((64, 63), False), (64, True)])
def test_simclr_blurs_large_images_alone(size, blurs):
    operations = simclr(size).operations
    found = [
        each.operation
        for each in operations
        if isinstance(each, RandomApply) and isinstance(each.operation, GaussianBlur)
    ]
    assert bool(found) == blurs


@pytest.mark.parametrize("strength", [0, -1, 2.6])
def test_bad_strength(strength):
    with pytest.raises(ValueError, match="Expected (strength|hue)"):
        simclr(32, strength)


def test_strength_multiplies_the_jitter():
    jitter = simclr(32, strength=0.5).operations[2].operation
    assert jitter.get_config() == {
        "brightness": 0.4,
        "contrast": 0.4,
        "saturation": 0.4,
        "hue": 0.1,
    }
