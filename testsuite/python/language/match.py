"""The match statement: every kind of pattern."""

from dataclasses import dataclass
from enum import Enum


@dataclass
class Point:
    x: int
    y: int


class Colour(Enum):
    RED = 1
    BLUE = 2


class Custom:
    __match_args__ = ("first", "second")

    def __init__(self, first, second):
        self.first, self.second = first, second


def describe(value):
    match value:
        case None | True | False:
            return f"singleton {value}"
        case 0:
            return "zero"
        case -1 | 1.5 | 2 + 3j:
            return "a number literal"
        case "hello" | b"hello":
            return "greeting"
        case int(n) if n > 1000:
            return f"big {n}"
        case int() | float():
            return f"number {value}"
        case Colour.RED:
            return "red"
        case []:
            return "empty sequence"
        case [x]:
            return f"one item {x}"
        case [1, _, *rest]:
            return f"starts with 1, rest {rest}"
        case (first, *_, last) if first == last:
            return f"same ends {first}"
        case [Point(x=0, y=0), Point() as p]:
            return f"origin and {p}"
        case [*_, "end"]:
            return "ends with end"
        case {"type": "a", "value": v, **rest}:
            return f"mapping a {v} {rest}"
        case {"nested": {"deep": [x, y]}}:
            return f"deep {x} {y}"
        case {}:
            return "some mapping"
        case Point(0, y):
            return f"on the y axis at {y}"
        case Point(x, y=0):
            return f"on the x axis at {x}"
        case Point():
            return "a point"
        case Custom(1, second=s) | Custom(s, 1):
            return f"custom {s}"
        case str(s):
            return f"string {s!r}"
        case _:
            return f"other {type(value).__name__}"


for value in (
    None,
    True,
    0,
    -1,
    1.5,
    2 + 3j,
    "hello",
    b"hello",
    2000,
    7,
    2.5,
    Colour.RED,
    Colour.BLUE,
    [],
    [5],
    [1, 2, 3],
    (4, 5, 4),
    [Point(0, 0), Point(1, 2)],
    ["x", "end"],
    {"type": "a", "value": 1, "more": 2},
    {"nested": {"deep": [1, 2]}},
    {"z": 1},
    {},
    Point(0, 3),
    Point(3, 0),
    Point(1, 1),
    Custom(1, "s"),
    Custom("t", 1),
    "text",
    b"bytes",
    bytearray(b"x"),
    range(3),
    {1, 2},
    object,
):
    print(describe(value))


def command(text):
    match text.split():
        case ["go", ("north" | "south") as direction]:
            return direction
        case ["go", *_]:
            return "go where?"
        case ["drop", *objects] if objects:
            return objects
        case [single]:
            return single
    return "fell through"


print([command(c) for c in ("go north", "go up", "drop a b", "look", "a b")])
match = 3
match match:
    case 3:
        print("soft keyword")
case = [1]
print(match, case[0])


class Bad:
    __match_args__ = ["x"]


for cls, pattern in ((Bad, "Bad(1)"), (int, "int(1, 2)"), (Point, "Point(1, 2, 3)")):
    try:
        exec(
            f"match obj:\n    case {pattern}: pass",
            {"obj": cls(1, 2) if cls is Point else cls(), "Bad": Bad, "Point": Point},
        )
    except TypeError as e:
        print(e)
for source in (
    "case x: pass\n case y: pass",
    "case [a, a]: pass",
    "case {**r, 'a': 1}: pass",
    "case a | b: pass",
    "case -x: pass",
    "case 1 + 2: pass",
):
    try:
        compile(f"match v:\n {source}", "", "exec")
        print("compiled")
    except SyntaxError as e:
        print(e.msg)
