"""f-strings: conversions, format specs, nesting, self-documentation."""

# fmt: off
import datetime

name, value, pi = "Ada", 42, 3.14159265
print(f"{name} {value} {pi:.2f} {value:>8}|{value:<8}|{value:^8}|{value:*^8}")
print(f"{name!r} {name!s} {'é'!a} {name=} {value = } {pi=:.3f} {name=!s}")
print(f"{value:08b} {value:#x} {value:#o} {value:+} {value: } {1234567:,} {1234567:_} {-value:=+8}")
width, precision = 10, 4
print(f"{pi:{width}.{precision}}|{name:{'>'}{width}}|{name:{width}}|")
print(f"{'nested ' + f'{value + 1}'}")
print(f"{{literal}} {{{value}}} {'}'} {'{'}")
print(f"{value if value > 40 else 'small'} {[x for x in range(3)]} {(lambda x: x * 2)(4)} { {'a': 1}['a'] }")
print(f"{datetime.date(2024, 2, 29):%Y/%m/%d} {datetime.timedelta(days=1)}")
print(f"a" "b" f"{1}" 'c')
print(f"""multi
line {value}
{
    name
    + "!"  # a comment
}""")
print(f"{'same quotes' + "inside"} {"\n".join(["a", "b"])!r}")
print(f"{value!r:>6} {None} {True:d} {True} {1e10} {1e-7} {float('nan')} {float('-inf'):+}")
print(rf"\d{value}\n", fr"\{value}", f"\N{BULLET}\x41\u00e9")


class Formatted:
    def __format__(self, spec):
        return f"<{spec}>"

    def __repr__(self):
        return "repr"

    def __str__(self):
        return "str"


f = Formatted()
print(f"{f} {f:} {f:any spec!} {f!r} {f!s:>5} {f=}")
for source in ("f'{}'", "f'{a b}'", "f'{a'", "f'}'", "f'{!r}'", "f'{a!x}'", "f'{a:{b:{c}}}'", "f'{lambda x: 1}'"):
    try:
        print(eval(source, {"a": 1, "b": 2, "c": 3}))
    except (SyntaxError, ValueError) as e:
        print(type(e).__name__, e.args[0])
for spec in ("d", "q", ".3d", ",b", "05"):
    try:
        print(f"{name:{spec}}")
    except ValueError as e:
        print("ValueError:", e)
print(f"{1.5!r:^10}", f"{'a' 'b'}", f"{*[1, 2],}", f"{(x := 5)} {x}")
print("%s %r %5d|%-5d|%05.1f %x %%" % ("a", "b", 1, 2, 3.14159, 255), "%(k)s" % {"k": 1}, "%c%c" % ("x", 121))
print("{} {0!r}".replace("{}", "{1}").format("a", "b"), "{a[0]} {b.real}".format(a=[1], b=2), "{:{}}".format("x", 5) + "|")
