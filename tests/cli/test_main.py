"""The command as a whole: help without TensorFlow, exit codes, errors in one line."""

import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from cli.helpers import assert_refused, tfmetric

import tfmetric as package
from tfmetric.cli import _main

ROOT = Path(__file__).parents[2]
VERBS = (
    "demo",
    "embed",
    "evaluate",
    "export",
    "hash-length",
    "index",
    "search",
    "train",
)
SCRIPT = """
import sys
from tfmetric.cli import main
"""
HELP = """
for verb in sys.argv[1:]:
    sys.argv[1:] = [*filter(None, [verb]), "--help"]
    main()
heavy = {"tensorflow", "keras", "numpy", "cv2", "faiss", "matplotlib", "sklearn"}
print("LOADED", *sorted(heavy & set(sys.modules)))
"""
# As TensorFlow's input threads do, a thread would keep the process alive for ever.
INTERRUPTED = """
import signal, threading
from tfmetric.cli import _main

def app(*_, **__):
    threading.Thread(target=threading.Event().wait).start()
    # A process started in the background ignores interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.raise_signal(signal.SIGINT)

_main.app = app
main()
"""


@pytest.fixture
def script(tmp_path):
    """Starts a process whose command is named tfmetric, as once installed."""

    def start(code, *arguments):
        (tmp_path / "tfmetric").write_text(SCRIPT + code)
        return subprocess.Popen(
            [sys.executable, tmp_path / "tfmetric", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_help_loads_nothing_heavy(script):
    process = script(HELP, "", *VERBS)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "LOADED"
    for verb in VERBS:
        assert f"Usage: tfmetric {verb} " in out
        assert f"Example: tfmetric {verb} " in out


def test_ends_at_once_when_interrupted(script):
    process = script(INTERRUPTED)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, "")


def test_version():
    assert tfmetric("--version").out == f"tfmetric {package.__version__}\n"


def test_no_verb_shows_help():
    outcome = tfmetric()
    assert outcome.code == 0
    assert all(f"  {verb} " in outcome.out for verb in VERBS)


def test_bad_usage():
    assert_refused(tfmetric("trian"), "No such command 'trian'", "'tfmetric --help'")
    assert_refused(tfmetric("train"), "Missing", "'tfmetric train --help'")
    assert_refused(tfmetric("train", "--wrong"), "--wrong", "'tfmetric train --help'")


@pytest.fixture
def failing(monkeypatch):
    def with_error(error, *arguments):
        def fail(*_, **__):
            raise error

        monkeypatch.setattr(_main, "app", fail)
        return tfmetric(*arguments)

    return with_error


def test_unexpected_failure_is_one_line_with_a_hint(failing):
    outcome = failing(RuntimeError("Out of\n  luck"), "train")
    assert outcome.code == 1
    assert outcome.err == (
        "tfmetric: RuntimeError: Out of luck ('tfmetric --traceback …' shows where)\n"
    )


def test_traceback_when_asked_for(failing):
    outcome = failing(ValueError("math domain error"), "--traceback", "train")
    assert outcome.code == 1
    assert outcome.err.startswith("Traceback (most recent call last):")
    assert "tfmetric: ValueError: math domain error" in outcome.err


def test_a_warning_is_one_line_but_in_full_with_traceback(monkeypatch):
    def warn(*_, **__):
        warnings.simplefilter("always")
        warnings.warn("odd names", stacklevel=1)

    monkeypatch.setattr(_main, "app", warn)
    assert tfmetric("train").err == "warning: odd names\n"
    with pytest.warns(UserWarning, match="odd names"):
        tfmetric("--traceback", "train")


def test_file_that_may_not_be_touched_is_bad_input(failing):
    outcome = failing(PermissionError(13, "Permission denied", "/root/x"), "train")
    assert (outcome.code, outcome.err) == (2, "tfmetric: Permission denied: /root/x\n")


def test_interrupted(failing):
    outcome = failing(KeyboardInterrupt(), "train")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "")
