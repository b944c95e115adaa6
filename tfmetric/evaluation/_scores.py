"""What the reports share: one account of scores, to print, store or paste."""

import json
from dataclasses import dataclass
from itertools import chain, repeat
from typing import ClassVar


@dataclass(frozen=True, repr=False)
class Scores:
    """Base of reports: a dataclass of scores, those that are None not known.

    A subclass gives `_titles`, what `to_markdown` calls each score, in the order of its
    rows, and `_meanings`, a sentence on some of them. A score that is a dict has a row
    for each key, which follows its title. What has no title is data, and no row.
    """

    _titles: ClassVar[dict[str, str]]
    _meanings: ClassVar[dict[str, str]] = {}

    def __repr__(self):
        shown = ", ".join(f"{name}={as_text(value)}" for name, value in self._known())
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
        lines = [f"| {title} | {value} |" for title, value, _ in self.rows()]
        return "\n".join(["| score | value |", "| --- | ---: |", *lines])

    def rows(self):
        """Returns for each known score its title, its value as text, and a sentence.

        Of a score that is a dict the first row alone has the sentence.
        """
        rows = []
        for name, value in self._known():
            cases = value if isinstance(value, dict) else {"": value}
            meanings = chain([self._meanings.get(name, "")], repeat(""))
            rows += [
                (f"{self._titles[name]}{key}", as_text(score), next(meanings))
                for key, score in cases.items()
            ]
        return rows

    def _known(self):
        values = [(name, getattr(self, name)) for name in self._titles]
        return [(name, value) for name, value in values if value is not None]


def score_table(reports):
    """Rows of text of several reports: a heading, then a score a row, "–" if not known.

    Args:
        reports: dict from a name to `Scores`, each a column.
    """
    columns = [
        {title: value for title, value, _ in report.rows()} for report in reports.values()
    ]
    titles = dict.fromkeys(title for column in columns for title in column)
    rows = [[title, *[column.get(title, "–") for column in columns]] for title in titles]
    return [["score", *map(str, reports)], *rows]


def _with_text_keys(value):
    if isinstance(value, dict):
        return {str(key): score for key, score in value.items()}
    return value


def as_text(value):
    """A score as reports show it."""
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {as_text(v)}" for k, v in value.items()) + "}"
    return str(value)
