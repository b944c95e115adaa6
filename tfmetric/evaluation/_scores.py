"""What the reports share: one account of scores, to print, store or paste."""

import json
from dataclasses import dataclass, fields


@dataclass(frozen=True, repr=False)
class Scores:
    """Base of reports: a dataclass of scores, those that are None not known.

    A subclass gives `_titles`, what `to_markdown` calls each score. A score that is a
    dict has a row for each key, which follows its title.
    """

    def __repr__(self):
        shown = ", ".join(f"{name}={_as_text(value)}" for name, value in self._known())
        return f"{type(self).__name__}({shown})"

    def to_dict(self):
        """Returns the known scores as JSON has them: keys of dicts are text."""
        return {name: _with_text_keys(value) for name, value in self._known()}

    def flat(self):
        """Returns the known scores, each a number: `recall_at[5]` as "recall_at_5"."""
        flat = {}
        for name, value in self._known():
            cases = value if isinstance(value, dict) else {None: value}
            for key, score in cases.items():
                flat[name if key is None else f"{name}_{key}"] = score
        return flat

    def to_dataframe(self):
        """Returns a pandas.DataFrame of one row, a column for each score of `flat`.

        Join those of several models by `pandas.concat`.

        Raises:
            ImportError: pandas is not there.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError(
                "Expected pandas for to_dataframe: pip install pandas"
            ) from error
        return pandas.DataFrame([self.flat()])

    def to_json(self):
        """Returns `to_dict` as JSON text, the same scores giving the same text."""
        return json.dumps(self.to_dict(), indent=2)

    def to_markdown(self):
        """Returns a table of two columns, a score a row."""
        rows = []
        for name, value in self._known():
            cases = value if isinstance(value, dict) else {"": value}
            rows += [(f"{self._titles[name]}{key}", score) for key, score in cases.items()]
        lines = [f"| {title} | {_as_text(value)} |" for title, value in rows]
        return "\n".join(["| score | value |", "| --- | ---: |", *lines])

    def _known(self):
        values = [(field.name, getattr(self, field.name)) for field in fields(self)]
        return [(name, value) for name, value in values if value is not None]


def _with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): score for key, score in value.items()}
    return value


def _as_text(value):
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_as_text(v)}" for k, v in value.items()) + "}"
    return str(value)
