"""Exact marginals of a factor graph by bucket-tree elimination (sum-product).

Dechter, "Bucket elimination: a unifying framework for reasoning", Artificial Intelligence 113 (1999); the way back that
gives every marginal at once is that of Jensen, Lauritzen and Olesen (1990), with division.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Factor:
    """A table over some variables: axis i belongs to `variables[i]`. Entries are at least 0."""

    variables: tuple[str, ...]
    table: Table


@dataclass(frozen=True, slots=True)
class _Bucket:
    """What was known of one variable when it was eliminated, what was passed on, and to whose bucket."""

    variable: str
    product: Factor
    message: Factor


def marginals(sizes: Mapping[str, int], factors: Sequence[Factor]) -> dict[str, Table]:
    """Return the normalised marginal of every variable.

    Args:
        sizes: Number of states of every variable.
        factors: Tables whose product is the joint distribution, but for its scale.

    Returns:
        By variable: probabilities (states,).

    Raises:
        ZeroDivisionError: The factors leave no state possible.

    """
    buckets = _collect(sizes, factors)
    beliefs: dict[str, Factor] = {}
    result = {}
    for bucket in reversed(buckets):
        belief = bucket.product
        if bucket.message.variables:
            parent = beliefs[_next_variable(bucket.message.variables, buckets)]
            behind = _sum_to(parent, bucket.message.variables)
            ratio = np.divide(behind, bucket.message.table, out=np.zeros_like(behind), where=bucket.message.table > 0)
            belief = _multiply([belief, Factor(bucket.message.variables, ratio)], belief.variables)
        beliefs[bucket.variable] = belief
        marginal = _sum_to(belief, (bucket.variable,))
        total = float(marginal.sum())
        if total <= 0:
            raise ZeroDivisionError("the factors leave no state possible")
        result[bucket.variable] = marginal / total
    return result


def plan(sizes: Mapping[str, int], scopes: Iterable[tuple[str, ...]]) -> tuple[list[str], int]:
    """Return the order in which to eliminate the variables, cheapest table first, and the entries of all its tables.

    Args:
        sizes: Number of states of every variable.
        scopes: The variables of every factor.

    """
    left = [frozenset(scope) for scope in scopes]
    order: list[str] = []
    entries = 0
    waiting = sorted(sizes)
    while waiting:
        joined = {name: frozenset((name,)).union(*(scope for scope in left if name in scope)) for name in waiting}
        costs = {name: math.prod(sizes[other] for other in scope) for name, scope in joined.items()}
        variable = min(waiting, key=lambda name: costs[name])
        entries += costs[variable]
        left = [scope for scope in left if variable not in scope] + [joined[variable] - {variable}]
        order.append(variable)
        waiting.remove(variable)
    return order, entries


def _collect(sizes: Mapping[str, int], factors: Sequence[Factor]) -> list[_Bucket]:
    """Eliminate the variables one by one; return their buckets in that order."""
    pool = [*factors, *(Factor((name,), np.ones(size)) for name, size in sizes.items())]
    order, _ = plan(sizes, [factor.variables for factor in pool])
    buckets = []
    for variable in order:
        mine = [factor for factor in pool if variable in factor.variables]
        scope = tuple(dict.fromkeys(name for factor in mine for name in factor.variables))
        product = _multiply(mine, scope)
        rest = tuple(name for name in scope if name != variable)
        message = Factor(rest, _scaled(_sum_to(product, rest)))
        pool = [factor for factor in pool if variable not in factor.variables]
        if rest:
            pool.append(message)
        buckets.append(_Bucket(variable, product, message))
    return buckets


def _next_variable(variables: tuple[str, ...], buckets: Sequence[_Bucket]) -> str:
    """Return whichever of these variables was eliminated first: its bucket received the message."""
    return next(bucket.variable for bucket in buckets if bucket.variable in variables)


def _multiply(factors: Sequence[Factor], scope: tuple[str, ...]) -> Factor:
    """Return the product of tables as one table over `scope`."""
    table = np.ones((1,) * len(scope))
    for factor in factors:
        order = sorted(range(len(factor.variables)), key=lambda axis: scope.index(factor.variables[axis]))
        aligned = factor.table.transpose(order)
        inside = iter(aligned.shape)
        shape = [next(inside) if name in factor.variables else 1 for name in scope]
        table = table * aligned.reshape(shape)
    return Factor(scope, _scaled(table))


def _sum_to(factor: Factor, keep: tuple[str, ...]) -> Table:
    """Sum out all variables but `keep`, and put the axes in that order."""
    axes = tuple(axis for axis, name in enumerate(factor.variables) if name not in keep)
    summed = factor.table.sum(axis=axes)
    names = [name for name in factor.variables if name in keep]
    return np.asarray(summed.transpose([names.index(name) for name in keep]))


def _scaled(table: Table) -> Table:
    """Return the table with its largest entry at 1, so that long products stay within what floats can hold."""
    top = float(table.max(initial=0.0))
    return table / top if top > 0 else table
