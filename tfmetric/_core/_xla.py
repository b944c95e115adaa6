"""Whether XLA compiles the step that is being traced."""

import tensorflow as tf


def in_xla():
    """True inside `tf.function(jit_compile=True)`, where every size must be static."""
    graph = tf.compat.v1.get_default_graph()
    while graph is not None:
        context = graph._get_control_flow_context()
        if context is not None and context.IsXLAContext():
            return True
        graph = getattr(graph, "outer_graph", None)
    return False
