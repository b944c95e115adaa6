"""Losses by name."""

import pytest

from tfmetric import losses


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contrastive", losses.ContrastiveLoss),
        ("lifted_structure", losses.LiftedStructureLoss),
        ("npair", losses.NPairLoss),
        ("quadruplet", losses.QuadrupletLoss),
        ("triplet", losses.TripletLoss),
        ("triplet_center", losses.TripletCenterLoss),
    ],
)
def test_names_give_the_loss_with_its_defaults(name, expected):
    loss = losses.get(name)
    assert type(loss) is expected
    assert loss.get_config() == expected().get_config()
    assert losses.get(loss) is loss


@pytest.mark.parametrize("wrong", ["mse", None, {"a": 1}, losses.TripletLoss])
def test_refuses_what_is_no_loss(wrong):
    with pytest.raises(ValueError, match="Expected loss to be"):
        losses.get(wrong)
