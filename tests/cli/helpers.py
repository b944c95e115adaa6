"""Runs the command inside the test process."""

from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO

from tfmetric.cli._main import run


@dataclass(frozen=True)
class Outcome:
    """What a user gets: the exit code and the two streams."""

    code: int
    out: str
    err: str


def tfmetric(*arguments):
    """`tfmetric ARGUMENTS`."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
    return Outcome(code, out.getvalue(), err.getvalue())


def assert_refused(outcome, *words):
    """One line on stderr, with these words in it, and exit code 2."""
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    last = outcome.err.splitlines()[-1]
    assert last.startswith("tfmetric: ")
    assert "Traceback" not in outcome.err
    for word in words:
        assert str(word) in last, last
