"""Times one loss of tensorflow-addons: `measure_addons.py LOSS ROWS`."""

import sys

import tensorflow as tf
import tensorflow_addons as tfa
from timing import batch, report

LOSSES = {
    "semi-hard": tfa.losses.TripletSemiHardLoss,
    "hard": tfa.losses.TripletHardLoss,
    "lifted": tfa.losses.LiftedStructLoss,
}


def main(name, rows):
    loss = LOSSES[name]()
    labels, x = map(tf.constant, batch(int(rows)))

    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            value = loss(labels, x)
        return value, tape.gradient(value, x)

    report(lambda: step(x)[0].numpy())


if __name__ == "__main__":
    main(*sys.argv[1:])
