"""Two-stage search on Omniglot: does the code keep what the embedding knows?"""

import keras
import shared_data

from tfmetric import encoders, evaluation, losses, models
from tfmetric.data import balanced_batches
from tfmetric.losses import hashing

BITS, EMBEDDING_DIM = 64, 128
CLASSES, PER_CLASS, STEPS = 60, 4, 600
RELEVANT = 19  # the other drawings of a character
CANDIDATES = 10 * RELEVANT


def joint(settings):
    """MAP@R of exact, two-stage and Hamming search on characters of unseen alphabets."""
    data = shared_data.omniglot(settings.data)
    images, labels, unseen = data.drawings.images, data.drawings.labels, data.is_eval
    rest = images[unseen], labels[unseen]
    print(
        f"Omniglot, {BITS} bits, {RELEVANT} relevant among {len(rest[0]) - 1:,} drawings "
        f"of unseen alphabets, {CANDIDATES} candidates: MAP@R"
    )
    print(f"{'':34s} exact  two-stage  codes alone")
    batches = balanced_batches(
        images[~unseen], labels[~unseen], CLASSES, PER_CLASS, batches=STEPS
    )
    shape = images.shape[1:]
    apart = models.EmbeddingNetwork(encoders.conv4(shape), EMBEDDING_DIM)
    trained(apart, batches, METRIC_LOSS)
    vectors = apart.embed(rest[0], batch_size=500)
    for name, loss in CODE_LOSSES.items():
        code = trained(models.HashingNetwork(encoders.conv4(shape), BITS), batches, loss)
        codes = code.packed_codes(rest[0], batch_size=500)
        report(f"apart, {name}", vectors, codes, rest[1])
        both = models.JointNetwork(encoders.conv4(shape), EMBEDDING_DIM, BITS)
        trained(both, batches, {"embedding": METRIC_LOSS, "code": loss})
        report(f"joint, {name}", *both.encode(rest[0], batch_size=500), rest[1])


METRIC_LOSS = losses.SupConLoss()
CODE_LOSSES = {
    "pairwise likelihood": hashing.PairwiseLikelihoodLoss(),
    "BPR": hashing.BinaryPassageRetrieverLoss(),
    "tie-aware AP": hashing.TieAwareAPLoss(),
}


def trained(network, batches, loss):
    keras.utils.set_random_seed(0)
    pace = keras.optimizers.schedules.CosineDecay(2e-3, STEPS)
    network.compile(keras.optimizers.Adam(pace), loss=loss)
    network.fit(batches, verbose=0)
    return network


def report(name, vectors, codes, labels):
    found = evaluation.two_stage_quality(vectors, codes, labels, candidates=CANDIDATES)
    print(
        f"{name:34s} {found.float_map_at_r:.3f}  {found.two_stage_map_at_r:9.3f}  "
        f"{found.code_map_at_r:11.3f}",
        flush=True,
    )
