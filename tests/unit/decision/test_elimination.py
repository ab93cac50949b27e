import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decision.elimination import Factor, marginals


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_equal_to_summing_the_whole_joint_table(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"v{i}" for i in range(int(rng.integers(1, 6)))]
    sizes = {name: int(rng.integers(1, 5)) for name in names}
    factors = []
    for _ in range(int(rng.integers(1, 7))):
        scope = tuple(rng.permutation(names)[: int(rng.integers(1, min(3, len(names)) + 1))].tolist())
        table = rng.random([sizes[name] for name in scope])
        table[rng.random(table.shape) < 0.15] = 0.0
        factors.append(Factor(scope, table + 1e-9))
    joint = np.ones([sizes[name] for name in names])
    for factor in factors:
        order = [factor.variables.index(name) for name in names if name in factor.variables]
        shape = [sizes[name] if name in factor.variables else 1 for name in names]
        joint = joint * factor.table.transpose(order).reshape(shape)
    found = marginals(sizes, factors)
    for axis, name in enumerate(names):
        expected = joint.sum(axis=tuple(other for other in range(len(names)) if other != axis))
        np.testing.assert_allclose(found[name], expected / expected.sum(), atol=1e-9)


def test_impossible_factors_are_said_so() -> None:
    with pytest.raises(ZeroDivisionError):
        marginals({"a": 2}, [Factor(("a",), np.zeros(2))])


def test_a_long_chain_does_not_underflow() -> None:
    sizes = {f"v{i}": 3 for i in range(400)}
    factors = [Factor((f"v{i}", f"v{i + 1}"), np.full((3, 3), 1e-8)) for i in range(399)]
    np.testing.assert_allclose(marginals(sizes, factors)["v200"], np.full(3, 1 / 3))
