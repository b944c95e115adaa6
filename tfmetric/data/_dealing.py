"""Dealing out classes and their examples like cards, so that all come equally often."""

import numpy as np


def deal_classes(count, classes, batches, generator):
    """Class numbers, (batches, classes), distinct within a batch and over a round.

    A round is a new order of all classes, cut into batches; the few that do not fill
    one sit out.
    """
    per_round = count // classes
    rounds = -(-batches // per_round)
    orders = generator.permuted(np.tile(np.arange(count), (rounds, 1)), axis=1)
    return orders[:, : per_round * classes].reshape(-1, classes)[:batches]


def deal_members(groups, chosen, size, generator):
    """For each group number in `chosen` a hand of its members, (len(chosen), size)."""
    draws = np.bincount(chosen, minlength=len(groups.classes)) * size
    hands = np.empty((len(chosen), size), np.int64)
    in_turn = _deal_in_turn(groups, draws, size, generator)
    hands[np.argsort(chosen, kind="stable")] = in_turn.reshape(-1, size)
    return hands


def _deal_in_turn(groups, draws, size, generator):
    """Members group after group, `draws[g]` of group g, shuffled anew when used up.

    A hand of `size` may begin with the last members of one shuffle and end with the
    first of the next. What the unfinished hand holds goes to the back of the next
    shuffle, so that no member is in a hand twice before all others are in it once.
    """
    dealt = np.empty(draws.sum(), np.int64)
    starts = np.cumsum(draws) - draws
    members = groups.members
    own, rank = groups.class_of[members], groups.rank[members]
    done, in_hand = np.zeros_like(own), np.zeros_like(own)
    while len(members):
        order = np.lexsort((generator.random(len(own)), in_hand, own))
        members, in_hand = members[order], in_hand[order]
        place = done + rank
        used = place < draws[own]
        dealt[starts[own[used]] + place[used]] = members[used]
        count = groups.counts[own]
        done = done + count
        unfinished = done % size
        begun = rank >= count - unfinished
        in_hand = np.where(unfinished < count, begun, in_hand + 1)
        more = done < draws[own]
        members, own, rank = members[more], own[more], rank[more]
        done, in_hand = done[more], in_hand[more]
    return dealt
