"""Every network: forms of `fit`, saving, export of settings, precision."""

import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.helpers import every_network, images_and_labels, loss_for, tiny_encoder

from tfmetric import models


def network_and_data(name):
    keras.utils.set_random_seed(1)
    network, data = every_network()[name]
    network.compile(keras.optimizers.Adam(0.003), loss=loss_for(name))
    return network, data


@pytest.fixture(params=list(every_network()))
def every_case(request):
    return network_and_data(request.param)


# One network of each form: with targets, without, with labels, with several outputs.
@pytest.fixture(params=["siamese", "triplet", "embedding", "joint", "views"])
def case(request):
    return network_and_data(request.param)


def as_dataset(data, batch=8):
    x, *y = data
    x = tuple(x) if isinstance(x, list) else x
    rows = (x, *y) if y else (x,)
    return tf.data.Dataset.from_tensor_slices(rows).batch(batch)


class Batches(keras.utils.PyDataset):
    def __init__(self, data):
        super().__init__()
        self.batches = [keras.tree.map_structure(np.asarray, b) for b in as_dataset(data)]

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def test_fit_on_arrays_lowers_the_loss(every_case):
    network, data = every_case
    history = network.fit(*data, batch_size=12, epochs=6, verbose=0, validation_data=data)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert np.isfinite(history.history["val_loss"]).all()


def test_fit_traces_the_step_once_and_counts_steps_per_execution(case):
    network, data = case
    traces = []
    step = network.train_step
    network.train_step = lambda batch: traces.append(1) or step(batch)
    network.compile(
        keras.optimizers.SGD(0.01),
        loss=network.loss,
        steps_per_execution=2,
    )
    network.fit(as_dataset(data, batch=6), epochs=3, verbose=0)
    assert network.optimizer.iterations == 3 * 4
    assert 0 < len(traces) <= 2


def test_datasets_and_generators_train_as_arrays_do(case):
    network, data = case
    network.fit(*data, batch_size=8, shuffle=False, verbose=0)
    for source in (as_dataset(data), Batches(data)):
        twin = type(network).from_config(network.get_config())
        twin.compile(keras.optimizers.Adam(0.01), loss=network.loss)
        twin.fit(source, verbose=0)
        assert [w.shape for w in twin.weights] == [w.shape for w in network.weights]
        assert twin.optimizer.iterations == 3


def test_saved_model_predicts_and_trains_on(case, tmp_path):
    network, data = case
    network.fit(*data, verbose=0)
    network.save(tmp_path / "network.keras")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    before = keras.tree.flatten(network.predict(data[0], verbose=0))
    after = keras.tree.flatten(loaded.predict(data[0], verbose=0))
    for left, right in zip(before, after, strict=True):
        np.testing.assert_array_equal(left, right)
    assert loaded.evaluate(*data, verbose=0) == network.evaluate(*data, verbose=0)
    loaded.fit(*data, verbose=0)
    assert loaded.optimizer.iterations == network.optimizer.iterations + 1


def test_zero_sample_weights_stop_training(case):
    network, data = case
    x, *y = data
    y = y or [np.zeros(24)]
    network.compile(keras.optimizers.SGD(0.1), loss=network.loss)
    network.fit(x, *y, sample_weight=np.zeros(24), verbose=0, batch_size=24)
    trained = [v.numpy() for v in network.trainable_variables]
    network.fit(x, *y, sample_weight=np.zeros(24), verbose=0, batch_size=24)
    for before, variable in zip(trained, network.trainable_variables, strict=True):
        np.testing.assert_array_equal(before, variable.numpy())


def test_weights_of_pairs_weigh_pairs():
    network, ([x1, x2], same) = every_network()["similarity"]
    network.compile("adam")
    weights = np.random.default_rng(5).random(24).astype("float32")
    found = network.evaluate(
        [x1, x2], same, sample_weight=weights, batch_size=24, verbose=0
    )
    likely = network.predict([x1, x2], verbose=0)
    surprise = -np.log(np.where(same == 1, likely, 1 - likely))
    np.testing.assert_allclose(found, np.mean(weights * surprise), rtol=1e-5)


def test_half_precision_trains_and_gives_float32():
    keras.utils.set_random_seed(6)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        for name, (network, data) in every_network().items():
            if name == "custom_head":
                continue  # Keras' own Dot overflows in half precision
            network.compile(keras.optimizers.SGD(0.01))
            network.predict(data[0], verbose=0)
            before = [v.numpy().copy() for v in network.trainable_variables]
            # Steps enough for the scale of the loss to come down to what float16 holds.
            history = network.fit(*data, batch_size=6, epochs=2, verbose=0)
            assert np.isfinite(history.history["loss"]).all(), name
            outputs = network.predict(data[0], verbose=0)
            dtypes = {v.dtype.name for v in keras.tree.flatten(outputs)}
            assert dtypes == {"float32"}, name
            moved = [
                np.abs(v.numpy() - b).max()
                for b, v in zip(before, network.trainable_variables, strict=True)
            ]
            # An unscaled loss would move weights by 1/32768 of this.
            assert max(moved) > 1e-5, name
    finally:
        keras.config.set_dtype_policy("float32")


def test_a_mixed_precision_network_loads_as_one(tmp_path):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        images, labels = images_and_labels()
        network = models.JointNetwork(tiny_encoder(), 8, 12)
        network.compile(keras.optimizers.Adam())
        network.fit(images, labels, epochs=2, verbose=0)
        network.save(tmp_path / "network.keras")
    finally:
        keras.config.set_dtype_policy("float32")
    loaded = keras.saving.load_model(tmp_path / "network.keras")
    assert loaded.dtype_policy.name == loaded.project.dtype_policy.name == "mixed_float16"
    assert isinstance(loaded.optimizer, keras.optimizers.LossScaleOptimizer)
    assert loaded.optimizer.iterations == network.optimizer.iterations
    np.testing.assert_array_equal(loaded.embed(images), network.embed(images))
    again = models.TripletNetwork(tiny_encoder(), dtype="mixed_bfloat16").get_config()
    assert models.TripletNetwork.from_config(again).dtype_policy.name == "mixed_bfloat16"


def test_datasets_yield_tuples_as_the_error_text_says():
    images, _ = images_and_labels()
    rows = ((images, images, images[::-1]),)
    network = models.TripletNetwork(tiny_encoder())
    network.compile("adam")
    network.fit(tf.data.Dataset.from_tensor_slices(rows).batch(8), verbose=0)
    assert network.optimizer.iterations == 3


def test_keras_order_of_arguments_holds():
    images, labels = images_and_labels()
    network = models.EmbeddingNetwork(tiny_encoder(), 8)
    network.compile("adam")
    network.fit(images, labels, 12, 2, 0)
    assert network.optimizer.iterations == 4
    assert network.evaluate(images, labels, 12, 0) >= 0


def test_embedding_single_images_builds_a_tuple_network():
    images, _ = images_and_labels()
    network = models.TripletNetwork()
    network.embed(images)
    assert network.built


def test_loading_in_a_fresh_process_needs_only_the_import(tmp_path):
    images, labels = images_and_labels()
    expected = {}
    for name, (network, data) in every_network().items():
        network.compile("adam", loss=loss_for(name))
        network.fit(*data, verbose=0)
        network.save(tmp_path / f"{name}.keras")
        expected[name] = np.concatenate(
            [np.ravel(v) for v in keras.tree.flatten(network.predict(data[0], verbose=0))]
        )
        np.savez(tmp_path / f"{name}.npz", *keras.tree.flatten(data[0]))
    script = textwrap.dedent(
        """
        import pathlib, sys
        import keras, numpy as np
        import tfmetric
        folder = pathlib.Path(sys.argv[1])
        for path in sorted(folder.glob("*.keras")):
            model = keras.saving.load_model(path)
            inputs = list(np.load(folder / f"{path.stem}.npz").values())
            x = inputs if len(inputs) > 1 else inputs[0]
            outputs = keras.tree.flatten(model.predict(x, verbose=0))
            np.save(folder / f"{path.stem}.npy", np.concatenate([*map(np.ravel, outputs)]))
        """
    )
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
    for name, values in expected.items():
        found = np.load(tmp_path / f"{name}.npy")
        np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-6)


def test_two_replicas_train_every_network_like_one(tmp_path):
    """From the first step, where Keras builds the loss under a strategy by itself."""
    script = textwrap.dedent(
        """
        import sys
        import keras, numpy as np, tensorflow as tf
        from models.helpers import every_network, loss_for
        replicas = int(sys.argv[1])
        cpus = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(
            cpus[0], [tf.config.LogicalDeviceConfiguration()] * 2
        )
        devices = [f"CPU:{i}" for i in range(replicas)]
        keras.utils.set_random_seed(3)
        found = {}
        with tf.distribute.MirroredStrategy(devices).scope():
            networks = every_network()
            for name, (network, _) in networks.items():
                network.compile(keras.optimizers.SGD(0.1), loss=loss_for(name))
        for name, (network, data) in networks.items():
            keras.utils.set_random_seed(4)
            logs = network.fit(*data, batch_size=12, shuffle=False, verbose=0).history
            parts = [v.numpy().ravel() for v in network.trainable_variables]
            found[name] = np.concatenate([*parts, *logs.values()])
        np.savez(sys.argv[2], **found)
        """
    )
    found = []
    for replicas in (1, 2):
        path = tmp_path / f"{replicas}.npz"
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script, str(replicas), path],
            check=True,
            env={**__import__("os").environ, "PYTHONPATH": _tests_path()},
        )
        found.append(np.load(path))
    one, two = found
    assert set(one) == set(two) == set(every_network())
    for name in one:
        np.testing.assert_allclose(one[name], two[name], atol=1e-5, err_msg=name)


def _tests_path():
    import os
    import pathlib

    tests = pathlib.Path(__file__).parents[1]
    return os.pathsep.join([str(tests), str(tests.parent)])


def test_embedding_is_of_unit_length_and_codes_follow_the_sign():
    images, labels = images_and_labels()
    network = models.JointNetwork(tiny_encoder(), 8, 12)
    embeddings, packed = network.encode(images)
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, rtol=1e-6)
    np.testing.assert_array_equal(embeddings, network.embed(images))
    values = network.predict(images, verbose=0)["code"]
    codes = network.codes(images)
    assert codes.dtype == np.int8
    np.testing.assert_array_equal(codes, np.where(values > 0, 1, -1))
    assert packed.shape == (24, 2)  # 12 bits and four zeros
    np.testing.assert_array_equal(np.unpackbits(packed, axis=1)[:, :12], values > 0)
    np.testing.assert_array_equal(np.unpackbits(packed, axis=1)[:, 12:], 0)
    np.testing.assert_array_equal(network.packed_codes(images), packed)


def test_tuple_networks_give_the_distances_that_the_documents_list():
    images, _ = images_and_labels()
    a1, a2, p, n = images[:4, None]
    network = models.QuadrupletNetwork(tiny_encoder())
    vectors = {k: network.embed(v)[0] for k, v in zip("abpn", (a1, a2, p, n), strict=True)}
    found = [float(d[0]) for d in network([a1, a2, p, n])]
    expected = [
        np.sum((vectors[i] - vectors[j]) ** 2) for i, j in ("ab", "ap", "an", "bp", "bn")
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_triplet_network_takes_names_and_a_plain_dummy_target():
    images, _ = images_and_labels()
    named = {"anchor": images, "positive": images, "negative": images[::-1]}
    network = models.TripletNetwork(tiny_encoder())
    network.compile("adam")
    network.fit([images, images, images[::-1]], np.zeros(24), verbose=0)
    left = network.predict(named, verbose=0)
    right = network.predict([images, images, images[::-1]], verbose=0)
    np.testing.assert_array_equal(left, right)


def test_encoders_of_any_output_rank_serve():
    images = np.random.default_rng(0).random((4, 32, 32, 3)).astype("float32")
    backbone = keras.applications.MobileNetV2(
        input_shape=(32, 32, 3), include_top=False, weights=None, alpha=0.35
    )
    network = models.EmbeddingNetwork(backbone, 8)
    assert network.embed(images).shape == (4, 8)
    maps = backbone.predict(images, verbose=0)
    assert maps.ndim == 4
    siamese = models.SiameseNetwork(backbone)
    np.testing.assert_allclose(
        siamese.embed(images), maps.mean(axis=(1, 2)), rtol=1e-4, atol=1e-6
    )
