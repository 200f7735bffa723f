match subject:
    case 1 | -2.5 | "s" | None:
        a = 1
    case [x, y, *rest] if rest:
        a = 2
    case [0, *_, z] | {"k": z}:
        a = 3
    case {"a": 1, **others}:
        a = 4
    case Point(x=0, y=Point(q, r)) as p:
        a = 5
    case mod.NAME:
        a = 6
    case (a, b) | [_, b, a]:
        pass
    case _:
        a = 7
