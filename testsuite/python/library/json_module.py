"""json: encoding, decoding, options, errors."""

import json
from collections import OrderedDict
from decimal import Decimal

data = {
    "string": 'é\n"\\/\u2028\U0001f600\x00',
    "int": 10**20,
    "float": 1.5,
    "small": 1e-7,
    "big": 1e22,
    "list": [1, [2, []]],
    "none": None,
    "true": True,
    "nested": {"a": {}},
    1: "int key",
    None: "n",
    True: "t",
    1.5: "f",
}
text = json.dumps(data)
print(text)
print(json.loads(text))
print(json.dumps(data, ensure_ascii=False, indent=2, default=str).replace("\x00", "NUL"))
print(
    json.dumps({"b": 1, "a": [1, 2]}, sort_keys=True, separators=(",", ":")),
    json.dumps([1, {"x": 2}], indent="\t"),
    json.dumps([], indent=2),
    json.dumps({}, indent=2),
)
print(
    json.dumps([float("nan"), float("inf"), -float("inf")]),
    json.loads("[NaN, Infinity, -Infinity]"),
    json.loads("1E5"),
    json.loads("-0"),
    json.loads("-0.0"),
    json.loads('"\\ud83d\\ude00"'),
    json.loads(" [1 ,2 ] "),
    json.loads(b'{"a": 1}'),
)


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y


print(json.dumps(Point(1, 2), default=lambda o: vars(o)), json.dumps((1, 2)))


class Encoder(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, (set, frozenset)):
            return sorted(o)
        return super().default(o)


print(json.dumps({"s": {3, 1, 2}}, cls=Encoder), list(Encoder().iterencode([1, {"a": None}])))
print(
    json.loads('{"a": 1, "b": {"c": 2}}', object_hook=lambda d: sorted(d.items(), key=str)),
    json.loads('{"b": 1, "a": 2}', object_pairs_hook=OrderedDict),
    json.loads("[1.1, 2]", parse_float=Decimal, parse_int=str),
    json.loads("[NaN]", parse_constant=lambda c: c),
)
for bad in (
    "",
    "{",
    "[1,",
    "[1 2]",
    '{"a" 1}',
    '{"a": 1,}',
    "{a: 1}",
    "[1,]",
    "'x'",
    "nul",
    "01",
    "1.",
    '"\\x"',
    '"unterminated',
    '"\x01"',
    "[1] x",
    '{"a": 1 "b": 2}',
    "-",
    '"\\ud800',
    "tru",
    "\ufeff1",
    '{"a":}',
):
    try:
        print(bad, json.loads(bad))
    except json.JSONDecodeError as e:
        print(repr(bad), e, e.pos, e.lineno, e.colno)
cycle = []
cycle.append(cycle)
for bad in (
    lambda: json.dumps(cycle),
    lambda: json.dumps({(1, 2): 3}),
    lambda: json.dumps(object),
    lambda: json.dumps({1, 2}),
    lambda: json.dumps(float("nan"), allow_nan=False),
    lambda: json.loads(5),
    lambda: json.dumps(b"x"),
    lambda: json.dumps({"a": [1j]}),
):
    try:
        print(bad())
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e, getattr(e, "__notes__", None))
print(
    json.dumps({(1, 2): 3, "k": 1}, skipkeys=True),
    json.dumps("</script>"),
    json.dumps("\x7f\u0080"),
    json.JSONDecoder().raw_decode('{"a": 1} rest'),
)
deep = "[" * 50 + "]" * 50
print(
    json.dumps(json.loads(deep)) == deep, len(json.dumps(list(range(1000)))), json.dumps([1, 2, 3], indent=1)
)
import io

f = io.StringIO()
json.dump({"a": [True, None]}, f)
f.seek(0)
print(f.getvalue(), json.load(f))
