"""The language of the rules between numbers: `suara_sah == paslon_1 + paslon_2`.

One comparison (`==`, `<=`, `>=`, `<`, `>`) of two sides made of names, numbers, `+`, `-`, `*`, `ceil()` and `abs()`.
It is Python's syntax, parsed with `ast` and walked by hand, so that a template can never run code.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_DEPTH = 400
"""How deep a rule may be nested; a sum of so many numbers is as deep. Beyond it Python's parser fails in odd ways."""

NARROW = 3
"""Of so many numbers a rule is weighed over all of them at once, whatever it says."""

MOST_AT_ONCE = 12
"""Of so many at most a rule that is no sum: it is weighed over all its numbers at once, and each of them trebles the
table even where two values of each are told apart. 12 are half a million entries, 20 would be 3,500 million."""

LARGEST_NUMBER = 999_999
"""What six boxes hold."""

LARGEST_RESULT = 2**53
"""Up to here whole numbers are exact, also as decimals and in arrays of 64 bits."""

Number = int | float
Numbers = NDArray[np.int64]

# The operations take whole arrays as they take single numbers.
_COMPARISONS: Mapping[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.LtE: ("<=", operator.le),
    ast.GtE: (">=", operator.ge),
    ast.Lt: ("<", operator.lt),
    ast.Gt: (">", operator.gt),
}
_OPERATIONS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}
_SIGNS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*"}
# 2 % of 150 is 3, but 0.02 * 150 is 3.0000000000000004 in binary: ceil must not see that.
_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {"ceil": lambda x: np.ceil(np.round(x, 9)), "abs": abs}


class ExpressionError(ValueError):
    """The text is not in the language; the message says what was found instead."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One parsed comparison.

    Attributes:
        text: The rule as the template states it.
        names: The numbers that it speaks of, in order of appearance.

    """

    text: str
    names: tuple[str, ...]
    _left: ast.expr
    _right: ast.expr
    _comparison: type[ast.cmpop]

    def holds(self, values: Mapping[str, int | None]) -> bool | None:
        """Return whether the rule holds, or None where a number that it needs is missing or unread."""
        if any(values.get(name) is None for name in self.names):
            return None
        left, right = self.sides(values)
        return bool(_COMPARISONS[self._comparison][1](left, right))

    def holds_on(self, values: Mapping[str, Numbers]) -> NDArray[np.bool_]:
        """Return whether the rule holds for every entry of arrays of one shape, one array a name."""
        left, right = _evaluate(self._left, values), _evaluate(self._right, values)
        return np.asarray(_COMPARISONS[self._comparison][1](left, right), dtype=np.bool_)

    def sides(self, values: Mapping[str, int | None]) -> tuple[Number, Number]:
        """Return the value of the left and of the right side; every name must have a value."""
        return _evaluate(self._left, values), _evaluate(self._right, values)

    @property
    def comparison(self) -> str:
        """The comparison sign, such as "==" or "<="."""
        return _COMPARISONS[self._comparison][0]

    def trees(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return both sides as trees for other programs: {"name"}, {"number"}, or {"op", "args"}."""
        return _tree(self._left), _tree(self._right)

    @property
    def chained(self) -> bool:
        """Whether it is a sum whose numbers can be added one after the other, however many there are."""
        linear = self.linear()
        return self.comparison == "==" and linear is not None and sum(map(bool, linear[0].values())) > NARROW

    def linear(self) -> tuple[Mapping[str, int], int] | None:
        """Return `(coefficients, constant)` of left - right if both are linear with whole factors, else None."""
        try:
            left, right = _linear(self._left), _linear(self._right)
        except ExpressionError:
            return None
        merged = dict(left)
        for name, factor in right.items():
            merged[name] = merged.get(name, 0) - factor
        constant = merged.pop("", 0)
        return merged, constant


@lru_cache(maxsize=1024)
def parse(text: str) -> Expression:
    """Parse a rule; the variants of a form have most of theirs in common.

    Raises:
        ExpressionError: It is not one comparison, or uses anything outside the language.

    """
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError) as error:  # ValueError: a null character
        raise ExpressionError(f"not a comparison such as `a == b + c`: {getattr(error, 'msg', error)}") from error
    except (RecursionError, MemoryError) as error:  # what the parser says of too many brackets
        raise ExpressionError(f"nested more than {MAX_DEPTH} deep") from error
    if not isinstance(body, ast.Compare) or len(body.ops) != 1 or type(body.ops[0]) not in _COMPARISONS:
        raise ExpressionError("it must be one comparison with ==, <=, >=, < or >")
    left, right = body.left, body.comparators[0]
    if max(_depth(left), _depth(right)) > MAX_DEPTH:
        raise ExpressionError(f"nested more than {MAX_DEPTH} deep")
    names = tuple(dict.fromkeys([*_names(left), *_names(right)]))
    if not names:
        raise ExpressionError("it speaks of no number")
    if not max(_bound(left), _bound(right)) <= LARGEST_RESULT:
        raise ExpressionError("its results could be too large to be exact")
    return Expression(text.strip(), names, left, right, type(body.ops[0]))


def _depth(node: ast.AST) -> int:
    """Return how deep a tree is, without going down it by calls."""
    depth, level = 0, [node]
    while level:
        depth, level = depth + 1, [inner for outer in level for inner in ast.iter_child_nodes(outer)]
    return depth


def _names(node: ast.expr) -> Iterator[str]:
    """Yield the names in `node` from left to right, refusing everything outside the language."""
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Constant(value=int() | float()):
            return
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            yield from _names(left)
            yield from _names(right)
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _FUNCTIONS:
            yield from _names(argument)
        case _:
            raise ExpressionError(f"`{ast.unparse(node)}` is not allowed; use names, numbers, + - *, ceil() and abs()")


def _bound(node: ast.expr) -> float:
    """Return what the size of a side, and of every part of it, cannot exceed."""
    match node:
        case ast.Name():
            return float(LARGEST_NUMBER)
        case ast.Constant(value=int() | float() as number):
            return float(abs(number)) if abs(number) <= LARGEST_RESULT else np.inf
        case ast.BinOp(left=left, op=op, right=right):
            first, second = _bound(left), _bound(right)
            # A factor of 0 must not hide what the other one grows to.
            return max(first, 1.0) * max(second, 1.0) if isinstance(op, ast.Mult) else first + second
        case ast.Call(args=[argument]):
            return _bound(argument) + 1
    raise AssertionError(ast.dump(node))


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """Compute one side; `_names` has already refused every other kind of node."""
    match node:
        case ast.Name(id=name):
            value = values[name]
            assert value is not None, name
            return value
        case ast.Constant(value=int() | float() as number):
            return number
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATIONS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return _FUNCTIONS[name](_evaluate(argument, values))
    raise AssertionError(ast.dump(node))


def _tree(node: ast.expr) -> dict[str, Any]:
    """Return one side as nested dictionaries."""
    match node:
        case ast.Name(id=name):
            return {"name": name}
        case ast.Constant(value=int() | float() as number):
            return {"number": number}
        case ast.BinOp(left=left, op=op, right=right):
            return {"op": _SIGNS[type(op)], "args": [_tree(left), _tree(right)]}
        case ast.Call(func=ast.Name(id=name), args=[argument]):
            return {"op": name, "args": [_tree(argument)]}
    raise AssertionError(ast.dump(node))


def _linear(node: ast.expr) -> dict[str, int]:
    """Return the whole factors of each name; the constant stands under the empty name."""
    match node:
        case ast.Name(id=name):
            return {name: 1}
        case ast.Constant(value=int() as number):
            return {"": number}
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=right):
            sign = 1 if isinstance(op, ast.Add) else -1
            merged = _linear(left)
            for name, factor in _linear(right).items():
                merged[name] = merged.get(name, 0) + sign * factor
            return merged
        case ast.BinOp(left=ast.Constant(value=int() as factor), op=ast.Mult(), right=right):
            return {name: factor * inner for name, inner in _linear(right).items()}
    raise ExpressionError("not linear")
