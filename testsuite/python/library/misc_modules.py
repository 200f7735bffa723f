"""A round of smaller modules: heapq, bisect, calendar, pprint, reprlib, shlex, string, uuid, getopt, contextvars, types."""

import ast
import bisect
import calendar
import cmd
import code
import colorsys
import contextvars
import dis
import fnmatch
import getopt
import heapq
import io
import ipaddress
import keyword
import operator
import pprint
import reprlib
import sched
import secrets
import shlex
import symtable
import timeit
import token
import tokenize
import uuid

h = [5, 1, 4]
heapq.heapify(h)
print(
    h,
    heapq.heappushpop(h, 0),
    heapq.heapreplace(h, 9),
    heapq.nlargest(2, [1, 5, 3]),
    heapq.nsmallest(2, "hello", key=ord),
    list(heapq.merge([1, 4], [2, 3])),
    [heapq.heappop(h) for _ in range(3)],
)
print(
    bisect.bisect_left([1, 2, 2, 3], 2),
    bisect.bisect_right([1, 2, 2, 3], 2),
    bisect.insort(a := [1, 3], 2),
    a,
)
print(
    calendar.month(2024, 2),
    calendar.isleap(1900),
    calendar.monthrange(2023, 2),
    calendar.day_name[0],
    list(calendar.Calendar().itermonthdays(2024, 2))[:5],
    calendar.timegm((1970, 1, 2, 0, 0, 0)),
)
data = {"key": list(range(30)), "nested": {"a" * 30: "b" * 40, "c": [{"d": (1, 2)}]}, "set": {3, 1, 2}}
pprint.pprint(data)
pprint.pprint(data, width=40, compact=True, depth=2, sort_dicts=False)
print(
    pprint.pformat("word " * 30, width=50),
    pprint.isreadable(data),
    reprlib.repr(list(range(100))),
    reprlib.repr("x" * 100),
)
print(
    shlex.split("a 'b c' \"d e\" f\\ g # comment", comments=True),
    shlex.quote("it's"),
    shlex.join(["a b", "c"]),
    list(shlex.shlex("a=1;b", punctuation_chars=True)),
)
print(
    uuid.UUID("12345678123456781234567812345678"),
    uuid.uuid5(uuid.NAMESPACE_DNS, "python.org"),
    uuid.uuid3(uuid.NAMESPACE_URL, "x"),
    uuid.UUID(int=5).hex,
    uuid.uuid4().version,
)
print(
    getopt.getopt(["-a", "-b", "v", "--long=1", "rest"], "ab:", ["long="]),
    fnmatch.filter(["a.py", "b.txt", ".c"], "*.[pt]*"),
    fnmatch.translate("a*?[!b]"),
    keyword.iskeyword("match"),
    keyword.softkwlist,
    colorsys.rgb_to_hsv(1, 0.5, 0),
    len(secrets.token_hex(4)),
)
print(
    ipaddress.ip_network("10.0.0.0/30"),
    list(ipaddress.ip_network("10.0.0.0/30").hosts()),
    ipaddress.ip_address("::1").is_loopback,
    ipaddress.ip_address("1.2.3.4") + 1,
    ipaddress.ip_interface("1.2.3.4/24").network,
    list(
        ipaddress.collapse_addresses(
            [ipaddress.ip_network("1.0.0.0/25"), ipaddress.ip_network("1.0.0.128/25")]
        )
    ),
)
tree = ast.parse(
    "def f(a, *b, c=1) -> int:\n    return [x for x in a if x] + (lambda: 1)()\nasync def g(): await h\nx: int = 1; f'{x!r:>{w}}'\nmatch y:\n    case [1, *_]: pass"
)
print(ast.dump(tree))
print(
    ast.unparse(tree),
    ast.literal_eval("{'a': [1, (2.5, None)], 'b': {1}, 'c': -1+2j}"),
    ast.dump(ast.parse("a.b[c:d] = e", mode="exec").body[0].targets[0], indent=1),
)


class Rename(ast.NodeTransformer):
    def visit_Name(self, node):
        return ast.copy_location(ast.Name("renamed", node.ctx), node)


print(
    ast.unparse(Rename().visit(ast.parse("a + b * c"))),
    [type(n).__name__ for n in ast.walk(ast.parse("1 + x"))],
    ast.get_docstring(ast.parse("'doc'\n1")),
    eval(
        compile(ast.Expression(ast.BinOp(ast.Constant(6), ast.Mult(), ast.Constant(7))), "", "eval")
        if False
        else compile(
            ast.fix_missing_locations(
                ast.Expression(ast.BinOp(ast.Constant(6), ast.Mult(), ast.Constant(7)))
            ),
            "",
            "eval",
        )
    ),
)
for bad in (
    lambda: ast.literal_eval("f()"),
    lambda: ast.literal_eval("a"),
    lambda: compile(ast.Module([5], []), "", "exec"),
    lambda: compile(ast.Expression(ast.Constant([])), "", "eval"),
    lambda: ipaddress.ip_address("x"),
    lambda: ipaddress.ip_network("1.2.3.4/8"),
    lambda: uuid.UUID("x"),
    lambda: getopt.getopt(["-z"], "a"),
    lambda: shlex.split("'x"),
    lambda: calendar.month(2024, 13),
    lambda: heapq.heappop([]),
    lambda: ast.parse("x ="),
    lambda: dis.dis(5),
    lambda: bisect.bisect([1], "a"),
    lambda: bisect.bisect([1], 1, -1),
    lambda: heapq.heapify(()),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
print(
    [
        (token.tok_name[t.type], t.string, t.start)
        for t in tokenize.generate_tokens(io.StringIO("x = 1 # c\nif y:\n  f'{z}'\n").readline)
    ]
)
s = symtable.symtable("def f(a):\n  global g\n  b = a\n  def h(): return b\n", "", "exec").get_children()[0]
print(
    s.get_name(),
    s.get_parameters(),
    s.get_locals(),
    s.get_globals(),
    s.lookup("b").is_local(),
    s.get_children()[0].get_frees(),
)


def small(a, b=1):
    for i in a:
        if i > b:
            yield i * 2


dis.dis(small)
print(
    dis.code_info(small),
    [i.opname for i in dis.get_instructions("x + 1")],
    dis.stack_effect(dis.opmap["BUILD_LIST"], 3),
    dis.hasjrel[:2] != [],
)
var = contextvars.ContextVar("var", default=0)
token_ = var.set(5)
context = contextvars.copy_context()
print(
    var.get(),
    context.run(lambda: (var.set(9), var.get())[1]),
    var.get(),
    context[var],
    var.reset(token_),
    var.get(),
    token_.old_value is contextvars.Token.MISSING,
    len(context),
    var.name,
)
scheduler = sched.scheduler(timefunc=iter(range(100)).__next__, delayfunc=lambda d: None)
out = []
scheduler.enter(2, 1, out.append, ("later",))
scheduler.enter(1, 1, out.append, ("sooner",))
scheduler.run()
print(out, timeit.timeit("pass", number=10) >= 0, operator.itemgetter(0)([1]))
interpreter = code.InteractiveInterpreter({"v": 3})
print(interpreter.runsource("v * 2"), interpreter.runsource("if v:"), code.compile_command("x = (") is None)


class Shell(cmd.Cmd):
    prompt = ""

    def do_hello(self, arg):
        """Say hello."""
        print("hello", arg)

    def do_quit(self, arg):
        return True


Shell(stdin=io.StringIO("hello x\nnope\nhelp hello\nquit\n"), stdout=None).use_rawinput
shell = Shell()
print(shell.onecmd("hello world"), shell.onecmd("quit"), shell.completenames("he"))
