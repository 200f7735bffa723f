"""Copying nested data, by the copy module and by hand."""

import copy
from dataclasses import dataclass, field


@dataclass
class Node:
    name: str
    value: float = 0.0
    children: list = field(default_factory=list)


def build(depth):
    return Node(f"n{depth}", depth * 0.5, [build(depth - 1) for _ in range(2)] if depth else [])


def clone(value):
    match value:
        case dict():
            return {k: clone(v) for k, v in value.items()}
        case list():
            return [clone(v) for v in value]
        case tuple():
            return tuple(clone(v) for v in value)
        case _:
            return value


data = {"list": [1, 2, (3, "four", [5.0])], "dict": {"a": {"b": {"c": [None, True]}}}, "text": "x" * 20}
tree = build(6)
for i in range(60):
    other = copy.deepcopy(tree)
    for _ in range(12):
        assert copy.deepcopy(data) == data == clone(data)
    for _ in range(100):
        shallow = copy.copy(other)
print(other == tree, other is tree, shallow == other)
