import keras
import numpy as np
import pytest
from encoders.helpers import check_learns_and_reloads
from sklearn.preprocessing import StandardScaler

from tfmetric.encoders import tabular_encoder
from tfmetric.models import EmbeddingNetwork, SiameseNetwork

ROWS = {
    "amount": np.array([10.0, 2.5, 7.0, 1e6]),
    "shop": np.array(["b", "a", "b", "c"], object),
    "count": np.array([3, 3, 9, 1], np.int16),
    "customer": np.array([-1, 2**40, 7, 7]),
}


def inside(encoder, name):
    """The encoder up to the output of a layer."""
    return keras.Model(encoder.input, encoder.get_layer(name).output)


def test_numbers_are_scaled_as_scikit_learn_does():
    encoder = tabular_encoder(ROWS, ["customer"])
    scaled = inside(encoder, "scale")(ROWS)
    numbers = np.stack([ROWS["amount"], ROWS["count"]], axis=1)
    np.testing.assert_allclose(scaled, StandardScaler().fit_transform(numbers), rtol=1e-5)


def test_a_constant_column_is_shifted_only():
    encoder = tabular_encoder({"a": [5.0, 5.0]})
    np.testing.assert_allclose(
        inside(encoder, "scale")({"a": np.array([5.0, 8.0])})[:, 0], [0, 3]
    )


def test_categories_get_a_vector_each_and_unknown_ones_the_first():
    encoder = tabular_encoder(ROWS, ["customer"], hidden=[], category_dim=3)
    tables = [
        layer for layer in encoder.layers if isinstance(layer, keras.layers.Embedding)
    ]
    shop, customer = (table.get_weights()[0] for table in tables)
    assert shop.shape == customer.shape == (4, 3)
    new = {"shop": np.array(["c", "a", "z", ""], object), "customer": [7, 8, -2, 2**40]}
    features = encoder(ROWS | {name: np.array(new[name]) for name in new}).numpy()
    np.testing.assert_array_equal(features[:, 2:5], shop[[3, 1, 0, 0]])
    np.testing.assert_array_equal(features[:, 5:], customer[[2, 0, 0, 3]])


def test_numbers_beyond_float16_under_mixed_precision():
    rows = {"cents": np.array([1e6, 3e6, 1e6, 3e6]), "year": np.array([2000, 2001] * 2)}
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = EmbeddingNetwork(tabular_encoder(rows), embedding_dim=2)
        network.compile()
        history = network.fit(rows, np.array([0, 1, 0, 1]), verbose=0).history
    finally:
        keras.config.set_dtype_policy("float32")
    assert np.isfinite(history["loss"]).all()
    scaled = inside(network.features.encoder, "scale")(rows)
    np.testing.assert_allclose(scaled, [[-1, -1], [1, 1]] * 2, atol=1e-5)
    assert np.isfinite(network.embed(rows)).all()


def test_one_column_of_each_kind_alone():
    assert tabular_encoder({"a": [1, 2]})({"a": np.array([3])}).shape == (1, 64)
    text = tabular_encoder({"a": ["x", "y"]}, hidden=[5])
    assert text({"a": np.array(["x"], object)}).shape == (1, 5)


def test_a_table_of_pandas():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(ROWS)
    network = EmbeddingNetwork(tabular_encoder(table, ["customer"]), embedding_dim=2)
    expected = network.embed(ROWS)
    rows = {name: table[name].to_numpy() for name in table}
    np.testing.assert_array_equal(network.embed(rows), expected)
    network.compile("sgd")
    network.fit(rows, np.array([0, 1, 0, 1]), verbose=0)
    assert (network.embed(ROWS) != expected).any()


def made_rows(count, seed):
    """Frauds are large at a bad shop, or small at a good one; each alone says nothing."""
    rng = np.random.default_rng(seed)
    large, bad = rng.integers(0, 2, (2, count)).astype(bool)
    rows = {
        "amount": np.where(large, 900.0, 40.0) * rng.uniform(0.8, 1.2, count),
        "shop": np.where(bad, "bad", "good").astype(object),
    }
    return rows, (large == bad).astype(int)


def test_training_separates_what_no_column_separates(tmp_path):
    keras.utils.set_random_seed(0)
    training, held_out = made_rows(128, 0), made_rows(100, 1)
    encoder = tabular_encoder(training[0], hidden=[16, 16])
    network = EmbeddingNetwork(encoder, embedding_dim=4)
    network.compile(keras.optimizers.Adam(0.01))
    check_learns_and_reloads(network, training, held_out, 12, tmp_path / "network.keras")


def test_pairs_of_rows():
    rows, _ = made_rows(16, 0)
    others = {name: values[::-1] for name, values in rows.items()}
    network = SiameseNetwork(tabular_encoder(rows, hidden=[4]))
    assert network.embed(rows).shape == (16, 4)  # before anything has built it
    network.compile("sgd")
    history = network.fit([rows, others], np.arange(16) % 2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert network.predict([rows, rows], verbose=0).tolist() == [0] * 16


@pytest.mark.parametrize(
    "columns, given, reason",
    [
        ({}, {}, "at least one column"),
        ({"a": [1, 2], "b": [1]}, {}, r"column 'b' of shape.*shape=\(1,\)"),
        ({"a": []}, {}, r"column 'a' of shape.*shape=\(0,\)"),
        ({"a": [[1], [2]]}, {}, r"column 'a' of shape.*shape=\(2, 1\)"),
        ({"a": [1.0, np.nan]}, {}, "finite numbers.*column 'a'"),
        ({"a": np.array(["x", None], object)}, {}, "column 'a'.*numbers or text.*object"),
        ({"a": [1, 2]}, {"categories": ["b"]}, r"names of columns, 'a'.*\['b'\]"),
        ({"a": [1, 2]}, {"categories": "a"}, "names of columns, 'a'. Received: 'a'"),
        ({"a": [0.5, 2]}, {"categories": ["a"]}, "category 'a' as whole numbers or text"),
        ({"a": [1, 2]}, {"hidden": [0]}, "hidden to be a whole number"),
        ({"a": [2**63]}, {"categories": ["a"]}, r"category 'a' below 2\*\*63"),
        ({"a": ["x"]}, {"category_dim": 0}, "category_dim to be a whole number"),
    ],
)
def test_columns_that_do_not_serve(columns, given, reason):
    with pytest.raises(ValueError, match=reason):
        tabular_encoder(columns, **given)


def test_columns_are_known_by_name():
    network = EmbeddingNetwork(tabular_encoder({"a": [1, 2], "b": [3, 4]}))
    with pytest.raises(ValueError, match=r"\['a', 'b'\]. Received: \['a', 'c'\]"):
        network.predict({"a": np.ones(2), "c": np.ones(2)}, verbose=0)
    with pytest.raises(ValueError, match=r"\['a', 'b'\]. Received: one array"):
        network.predict(np.ones((2, 2)), verbose=0)
    with pytest.raises(ValueError, match="Expected finite numbers"):
        network.embed({"a": np.ones(2), "b": np.array([1, np.inf])})
    of_arrays = EmbeddingNetwork(
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    )
    with pytest.raises(ValueError, match=r"one array. Received: \['a'\]"):
        of_arrays.predict({"a": np.ones(2)}, verbose=0)
