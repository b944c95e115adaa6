"""Times one loss of tfmetric, forward and backward: `measure_tfmetric.py LOSS ROWS`."""

import sys

import tensorflow as tf
from timing import batch, report

from tfmetric import losses

# What the library has, with the settings that make it the peer's loss.
LOSSES = {
    "triplet, all": lambda: losses.TripletLoss(margin=0.2),
    "triplet, semi-hard": lambda: losses.TripletLoss(margin=0.2, strategy="semihard"),
    "triplet, hard": lambda: losses.TripletLoss(margin=0.2, strategy="hard"),
    "NT-Xent": lambda: losses.NTXentLoss(temperature=0.07),
    "SupCon": lambda: losses.SupConLoss(temperature=0.1),
    "lifted structure": lambda: losses.LiftedStructureLoss(margin=1.0),
}
ADDONS = {
    "semi-hard": "TripletSemiHardLoss",
    "hard": "TripletHardLoss",
    "lifted": "LiftedStructLoss",
}


def loss_of(name):
    if name in ADDONS:
        import tfmetric.addons as tfa

        return getattr(tfa.losses, ADDONS[name])()
    return LOSSES[name]()


def main(name, rows):
    loss = loss_of(name)
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
