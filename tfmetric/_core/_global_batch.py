"""The global batch: under a strategy, negatives come from every replica."""

import tensorflow as tf


def global_rows(tensor):
    """Concatenates a replica's rows with those of all others, in replica order.

    Outside a strategy, and while Keras builds the model symbolically, the tensor comes
    back unchanged. The gather is differentiable: each replica computes the same loss
    over the global batch, Keras divides it by the number of replicas, and the summed
    gradients are those of one device with the whole batch, uneven last batch included.
    """
    if replicas() == 1:
        return tensor
    context = tf.distribute.get_replica_context()
    # A tensor straight from the dataset has no device; the copy gives it one.
    return context.all_gather(tf.identity(tensor), axis=0)


def replicas():
    """How many replicas share the batch; one outside a strategy."""
    context = tf.distribute.get_replica_context()
    return 1 if context is None else context.num_replicas_in_sync
