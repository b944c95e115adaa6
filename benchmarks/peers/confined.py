"""A measurement in a process of its own, with a limit on its memory and its time."""

import json
import os
import resource
import subprocess

GIBIBYTE = 2**30


def run(command, memory, seconds):
    """What a script prints last, as JSON, or in words why it does not.

    Args:
        command: the program and its arguments.
        memory: GiB of address space that it may take.
        seconds: how long it may run.
    """

    def confine():
        resource.setrlimit(resource.RLIMIT_AS, (memory * GIBIBYTE,) * 2)

    try:
        done = subprocess.run(
            [str(part) for part in command],
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            preexec_fn=confine,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return f"over {seconds} s"
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    lines = done.stderr.strip().splitlines() or [f"signal {-done.returncode}"]
    said = done.stderr.lower()
    full = done.returncode < 0 or any(word in said for word in ("memory", "alloc", "oom"))
    return f"over {memory} GiB" if full else lines[-1][:60]
