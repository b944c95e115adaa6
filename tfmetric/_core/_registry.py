"""Names: Keras registration and the `get("name")` lookup that each room offers."""

import keras

from tfmetric._core._checks import check_choice

registered = keras.saving.register_keras_serializable("tfmetric")


def resolve(identifier, table, base, name):
    """Turns a name, a config or an object into an object of class `base`.

    Args:
        identifier: a key of `table`, a serialised config, or an instance of `base`.
        table: dict from name to class, or to a function that gives the object.
        base: the class the result must have.
        name: what the argument is called, for the error.

    Raises:
        ValueError: unknown name or wrong type.
    """
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, base):
        return identifier
    if isinstance(identifier, str):
        return table[check_choice(identifier, table, name)]()
    raise ValueError(
        f"Expected {name} to be a name or a {base.__name__}. Received: {identifier!r}"
    )
