"""enum: members, flags, auto, aliases, functional API, errors."""

from enum import (
    CONTINUOUS,
    UNIQUE,
    Enum,
    EnumCheck,
    Flag,
    IntEnum,
    IntFlag,
    StrEnum,
    auto,
    member,
    nonmember,
    unique,
    verify,
)


class Colour(Enum):
    RED = 1
    GREEN = 2
    CRIMSON = 1
    BLUE = auto()

    def shout(self):
        return self.name + "!"

    @classmethod
    def default(cls):
        return cls.GREEN


print(
    Colour.RED,
    repr(Colour.RED),
    Colour.RED.name,
    Colour.RED.value,
    Colour.CRIMSON is Colour.RED,
    Colour(2),
    Colour["BLUE"],
    Colour.BLUE.value,
)
print(
    list(Colour),
    len(Colour),
    Colour.RED in Colour,
    1 in Colour,
    9 in Colour,
    Colour.__members__,
    Colour.RED.shout(),
    Colour.default(),
)
print(
    {Colour.RED: "r"}[Colour.RED],
    Colour.RED == 1,
    Colour.RED != Colour.BLUE,
    isinstance(Colour.RED, Colour),
    type(Colour.RED),
    f"{Colour.RED}",
    "%s" % Colour.RED,
)


class Number(IntEnum):
    ONE = 1
    TWO = 2


class Text(StrEnum):
    HELLO = auto()
    BYE = "goodbye"


print(
    Number.ONE + 1,
    Number.ONE < Number.TWO,
    f"{Number.TWO} {Number.TWO!r}",
    Text.HELLO,
    Text.BYE.upper(),
    repr(Text.HELLO),
    f"{Text.BYE:>10}",
    Number(1) is Number.ONE,
    sorted([Number.TWO, Number.ONE]),
)


class Perm(Flag):
    R = 4
    W = 2
    X = 1
    RW = R | W


print(
    Perm.R | Perm.X,
    Perm.RW,
    ~Perm.R,
    Perm.R & Perm.W,
    Perm(7),
    Perm.R in Perm.RW,
    bool(Perm.R & Perm.W),
    list(Perm.RW),
    Perm(0),
    len(Perm.RW),
    Perm.R ^ Perm.RW,
    list(Perm),
)


class Bits(IntFlag):
    A = auto()
    B = auto()
    C = auto()


print(Bits.A | 8, Bits.A + 1, Bits(5), repr(Bits.B | Bits.C), ~Bits.A, Bits.A | Bits.B == 3)


class Planet(Enum):
    EARTH = (5.976e24, 6.37814e6)
    MARS = (6.421e23, 3.3972e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius

    @property
    def gravity(self):
        return round(6.67300e-11 * self.mass / (self.radius * self.radius), 4)


print(Planet.EARTH.gravity, Planet.MARS.mass, Planet((6.421e23, 3.3972e6)))


class Named(Enum):
    def _generate_next_value_(name, start, count, last):
        return name.lower()

    @classmethod
    def _missing_(cls, value):
        return cls.__members__.get(str(value).upper())

    FIRST = auto()
    SECOND = auto()
    helper = nonmember(5)

    @member
    def called():
        return 1


print(list(Named), Named("First"), Named.helper, Named.FIRST.value)
Animal = Enum("Animal", "CAT DOG", start=5)
print(list(Animal), Enum("E", {"x": 1}).x, Enum("F", [("a", 1)]).a)


def attempt(label, f):
    try:
        print(label, f())
    except Exception as e:
        print(label, type(e).__name__, e)


attempt("value", lambda: Colour(99))
attempt("name", lambda: Colour["NOPE"])
attempt("attr", lambda: Colour.NOPE)
attempt("set", lambda: setattr(Colour, "RED", 5))
attempt("extend", lambda: type("Sub", (Colour,), {}))
attempt("flag", lambda: Perm(99))
attempt("order", lambda: Colour.RED < Colour.BLUE)
attempt("duplicate", lambda: exec("class D(Enum):\n  A = 1\n  A = 2"))
attempt("unique", lambda: unique(Colour))
attempt("verify", lambda: verify(CONTINUOUS)(IntEnum("G", {"a": 1, "b": 3})))
attempt("call", lambda: Perm("x"))
attempt("delete", lambda: delattr(Colour, "RED"))
import pickle

print(
    pickle.loads(pickle.dumps(Colour.RED)) is Colour.RED,
    Colour.RED.__class__.__mro__[1],
    hash(Colour.RED) == hash("RED"),
    dir(Number.ONE)[-3:],
    [c.name for c in reversed(Colour)],
    UNIQUE,
    EnumCheck.__name__,
)
