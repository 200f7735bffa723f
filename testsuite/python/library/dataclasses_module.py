"""dataclasses: fields, defaults, ordering, frozen, slots, inheritance."""

from dataclasses import (
    KW_ONLY,
    FrozenInstanceError,
    InitVar,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    is_dataclass,
    make_dataclass,
    replace,
)
from typing import ClassVar


@dataclass
class Item:
    name: str
    price: float = 1.0
    tags: list[str] = field(default_factory=list)
    hidden: int = field(default=0, repr=False, compare=False)
    count: ClassVar[int] = 0

    @property
    def total(self):
        return self.price * 2


i = Item("a", tags=["x"])
print(
    i,
    i == Item("a", 1.0, ["x"], 5),
    i != Item("b"),
    i.total,
    asdict(i),
    astuple(i),
    replace(i, price=3),
    [f.name for f in fields(i)],
    is_dataclass(Item),
    Item.__match_args__,
)
print(Item.__doc__, Item.__eq__.__qualname__, Item.__hash__, Item("z").tags is Item("z").tags)


@dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    label: str = field(default="", compare=False)


print(
    sorted([Version(2), Version(1, 5), Version(1, 2, "x")]),
    Version(1) < Version(1, 1),
    hash(Version(1)) == hash(Version(1, 0, "other")),
    {Version(1): "v"}[Version(1)],
    max(Version(1), Version(2)),
)
for attempt in (
    lambda: setattr(Version(1), "major", 2),
    lambda: delattr(Version(1), "major"),
    lambda: Version(),
    lambda: Version(1) < 5,
    lambda: Item(),
    lambda: Item("a", 1, [], 0, 5),
    lambda: replace(Version(1), nope=1),
    lambda: asdict(5),
    lambda: fields(int),
):
    try:
        print(attempt())
    except (FrozenInstanceError, TypeError) as e:
        print(type(e).__name__, e)


@dataclass
class Base:
    x: int = 0

    def __post_init__(self):
        print("post init", type(self).__name__, self.x)


@dataclass
class Derived(Base):
    y: int = 1
    _: KW_ONLY
    z: int = 2
    scale: InitVar[int] = 1

    def __post_init__(self, scale):
        super().__post_init__()
        self.y *= scale


print(Derived(5, 6, z=7, scale=10), Derived.__match_args__)


@dataclass(slots=True, kw_only=True)
class Slotted:
    a: int
    b: int = 2


s = Slotted(a=1)
print(s, Slotted.__slots__, hasattr(s, "__dict__"))
try:
    s.c = 1
except AttributeError as e:
    print(e)
try:
    Slotted(1)
except TypeError as e:
    print(e)


@dataclass(repr=False, eq=False, init=False)
class Bare:
    v: int = 3


print(Bare().v, Bare() == Bare(), repr(Bare()).split(" object")[0])
Made = make_dataclass(
    "Made",
    [("a", int), ("b", str, field(default="d")), "c"],
    namespace={"hi": lambda self: "hi"},
    kw_only=True,
)
print(Made(a=1, c=2), Made(a=1, c=2).hi())
for source in ("x: list = []", "x: int = 1\n  y: int", "x: int = field(default=1, default_factory=int)"):
    try:
        exec(f"@dataclass\nclass Bad:\n  {source}")
    except (ValueError, TypeError) as e:
        print(type(e).__name__, e)


@dataclass
class Node:
    value: int
    children: list["Node"] = field(default_factory=list)


tree = Node(1, [Node(2), Node(3, [Node(4)])])
print(tree, asdict(tree), astuple(tree))
tree.children.append(tree)
print(repr(tree)[:80])
print(fields(Item)[2], Item.__dataclass_params__)
match Version(3, 4):
    case Version(3, minor):
        print("minor", minor)
