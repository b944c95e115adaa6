"""Times one loss of pytorch-metric-learning: `measure_pytorch.py LOSS ROWS`."""

import sys

import torch
from pytorch_metric_learning import losses, miners
from pytorch_metric_learning.distances import LpDistance
from timing import batch, report

SQUARED = LpDistance(power=2)


def triplet(miner=None):
    return losses.TripletMarginLoss(margin=0.2, distance=SQUARED), miner


LOSSES = {
    "triplet, all": lambda: triplet(),
    "triplet, semi-hard": lambda: triplet(
        miners.TripletMarginMiner(0.2, "semihard", distance=SQUARED)
    ),
    "triplet, hard": lambda: triplet(miners.BatchHardMiner(distance=SQUARED)),
    "NT-Xent": lambda: (losses.NTXentLoss(temperature=0.07), None),
    "SupCon": lambda: (losses.SupConLoss(temperature=0.1), None),
    "lifted structure": lambda: (losses.LiftedStructureLoss(neg_margin=1), None),
}


def main(name, rows):
    loss, miner = LOSSES[name]()
    labels, x = map(torch.from_numpy, batch(int(rows)))

    def step():
        leaf = x.clone().requires_grad_()
        value = loss(leaf, labels, miner(leaf, labels) if miner else None)
        value.backward()
        return value.item()

    report(step)


if __name__ == "__main__":
    main(*sys.argv[1:])
