"""Exact marginals of a factor graph by bucket-tree elimination (sum-product).

Dechter, "Bucket elimination: a unifying framework for reasoning", Artificial Intelligence 113 (1999); the way back that
gives every marginal at once is that of Jensen, Lauritzen and Olesen (1990), with division.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

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
    places = {bucket.variable: place for place, bucket in enumerate(buckets)}
    beliefs: dict[str, Factor] = {}
    result = {}
    for bucket in reversed(buckets):
        belief = bucket.product
        if bucket.message.variables:
            parent = beliefs[min(bucket.message.variables, key=places.__getitem__)]
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
    near: dict[str, set[str]] = {name: {name} for name in sizes}
    for scope in scopes:
        for name in scope:
            near[name].update(scope)
    costs = {name: math.prod(sizes[other] for other in group) for name, group in near.items()}
    waiting = [(cost, name) for name, cost in costs.items()]
    heapify(waiting)
    order: list[str] = []
    entries = 0
    while waiting:
        cost, variable = heappop(waiting)
        if costs.get(variable) != cost:  # its cost has changed since it was put here, or it is done
            continue
        del costs[variable]
        order.append(variable)
        entries += cost
        group = near.pop(variable) - {variable}
        for other in group:
            near[other] = (near[other] | group) - {variable}
            costs[other] = math.prod(sizes[name] for name in near[other])
            heappush(waiting, (costs[other], other))
    return order, entries


def _collect(sizes: Mapping[str, int], factors: Sequence[Factor]) -> list[_Bucket]:
    """Eliminate the variables one by one; return their buckets in that order."""
    pool = [*factors, *(Factor((name,), np.ones(size)) for name, size in sizes.items())]
    order, _ = plan(sizes, [factor.variables for factor in pool])
    places = {variable: place for place, variable in enumerate(order)}
    # A factor waits in the bucket of whichever of its variables is eliminated first.
    waiting: list[list[Factor]] = [[] for _ in order]
    for factor in pool:
        waiting[min(places[name] for name in factor.variables)].append(factor)
    buckets = []
    for variable, mine in zip(order, waiting, strict=True):
        scope = tuple(dict.fromkeys(name for factor in mine for name in factor.variables))
        product = _multiply(mine, scope)
        rest = tuple(name for name in scope if name != variable)
        message = Factor(rest, _scaled(_sum_to(product, rest)))
        if rest:
            waiting[min(places[name] for name in rest)].append(message)
        buckets.append(_Bucket(variable, product, message))
    return buckets


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
