"""FrameLocalsProxy: variables that no code declares, keys that are like strings, frames that have ended."""

import sys


def f():
    x = 1
    return sys._getframe(), x


frame, _ = f()
proxy = frame.f_locals
proxy["extra"] = 2
proxy[3] = "three"
print(dict(proxy), len(proxy), list(proxy), list(proxy.items()), "extra" in proxy, 3 in proxy)
print(proxy, proxy.copy(), bool(proxy))
proxy["self"] = proxy
print(repr(proxy))


class Key(str):
    def __eq__(self, other):
        return str(self) == other

    def __hash__(self):
        return hash(str(self))


class Like:
    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return self.text == other

    def __hash__(self):
        return hash(self.text)


print(proxy[Key("x")], proxy[Like("x")])
proxy[Like("x")] = 10
print(proxy["x"])
for key in ([], {}, set()):
    try:
        proxy[key]
    except TypeError as error:
        print(error)


def ends(flag):
    frames.append(sys._getframe())
    if flag:
        pass
    else:
        pass


frames = []
ends(True)
ends(False)
print([frame.f_lineno - frame.f_code.co_firstlineno for frame in frames])
