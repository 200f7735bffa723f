"""The with statement: protocol, suppression, several managers, exit order."""

from contextlib import ExitStack, closing, contextmanager, nullcontext, redirect_stdout, suppress
import io


class Manager:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print("enter", self.name)
        return self.name.upper()

    def __exit__(self, kind, value, tb):
        print("exit", self.name, kind.__name__ if kind else None, value, tb is not None)
        return self.swallow


with Manager("a") as a, Manager("b") as b:
    print(a, b)
with (
    Manager("c") as c,
    Manager("d", swallow=True),
):
    raise ValueError("swallowed by d")
print("after", c)
try:
    with Manager("e", swallow=True), Manager("f"):
        raise KeyError("swallowed by e")
    print("reached")
    with Manager("g"):
        raise OSError("out")
except OSError as e:
    print("outside", e)


def leaves_early():
    with Manager("return"):
        return "value"


print(leaves_early())
for i in range(3):
    with Manager(f"loop{i}"):
        if i == 0:
            continue
        break


class NoExit:
    def __enter__(self):
        pass


for bad in (NoExit(), 5):
    try:
        with bad:
            pass
    except TypeError as e:
        print(e)


@contextmanager
def tag(name):
    print(f"<{name}>")
    try:
        yield name
    except ArithmeticError as e:
        print("inside caught", e)
    finally:
        print(f"</{name}>")


with tag("x") as t:
    print(t)
with tag("y"):
    1 / 0


@tag("decorated")
def function():
    print("body")


function()
function()
with suppress(FileNotFoundError, KeyError):
    {}["x"]
with ExitStack() as stack:
    names = [stack.enter_context(Manager(n)) for n in "pq"]
    stack.callback(print, "callback", 1, k=2) if False else stack.callback(print, "callback")
    stack.push(lambda *a: print("pushed", a[0]))
    print(names)
buffer = io.StringIO()
with redirect_stdout(buffer):
    print("hidden")
print(repr(buffer.getvalue()))
with nullcontext(7) as seven, closing(io.BytesIO(b"z")) as z:
    print(seven, z.read())
print(z.closed)


@contextmanager
def never():
    if False:
        yield


try:
    with never():
        pass
except RuntimeError as e:
    print(e)


class Raises(Manager):
    def __exit__(self, *a):
        super().__exit__(*a)
        raise RuntimeError("from exit")


try:
    with Raises("r"):
        raise ValueError("original")
except RuntimeError as e:
    print(e, "| context:", repr(e.__context__))
