"""Doc."""
from __future__ import annotations

a: list[int, ...] | None = 1


def f(x: lambda y, /, *z, k=1: (y, z), *args: *Ts, **kw: f"{x!r:>{w}}") -> a.b[1:2, ::3](c, *d, e=f, **g): ...


class C:
    x: {**a, "b": c} and not d or (yield_ if e else -1**2)
    y: [i for i in z if i] = ()
    (z): int = 3
