"""Built-in functions, methods and containers in hot loops: keys of programs, finalisers, errors, and all that runs none of these."""

log = []


class Key:
    """Equal to a number, with its hash; comparing is told."""

    def __init__(self, value):
        self.value = value

    def __hash__(self):
        return hash(self.value)

    def __eq__(self, other):
        log.append(self.value)
        return self.value == (other.value if isinstance(other, Key) else other)


class Ends:
    """Tells when it ends, and what its maker's local is then."""

    count = 0

    def __init__(self, see):
        self.see = see

    def __del__(self):
        Ends.count += self.see()


def containers(n):
    table, items, seen, total = {}, [], set(), 0
    for i in range(n):
        table[i % 7] = i
        total += (i % 9 in table) + ("x" not in table) + table.get(i % 11, 3)
        table.setdefault(f"k{i % 5}", []).append(i)
        seen.add(i % 11)
        seen.add((i % 3, "a"))
        seen.discard(i % 13)
        items.append(i)
        items.insert(0, i)
        if len(items) > 20:
            items.pop()
            total += items.pop(0)
        total += len(table) + len(seen) + len(items[:5]) + (i in items) + ((i % 3) in (1, 2))
        if i % 17 == 3:
            del table[i % 7]
        total += sum({q: q + 1 for q in items}.values()) + len({q % 3 for q in items})
        for key, value in table.items():
            total += 1 if isinstance(key, str) else value
        for a, b in zip(items, items[::-1]):
            total += a * b
    return total, len(table), sorted(seen, key=str), items


def texts(n):
    out, total = [], 0
    for i in range(n):
        out.append(f"{i}:{i * 2:04x}:{i / 4}:{'ab'}")
        total += ord(chr(i % 100 + 20)) + max(i, 3) + min(2, i) + abs(-i) + int("12") + len(str(i))
        if "abc".startswith(("b", "a")) and "ab,c".split(",")[0] == "ab":
            total += ord("hello"[i % 5])
        for place, char in enumerate("a\u0431c"):
            total += place + ord(char)
        total += (type(i) is int) + len(",".join(["a", str(i)]).upper().strip("A"))
    return total, out[-1]


def strange_keys(n):
    table = {Key(1): "one", 2: "two"}
    total = 0
    for i in range(n):
        if i == n // 2:
            table[Key(3)] = "three"
        total += (i % 5 in table) + (Key(2) in table)
        total += len(table.get(3, ""))
    return total, len(log)


def ends(n):
    seen = 0
    table = {}
    for i in range(n):
        seen = i
        table["end"] = Ends(lambda: seen)
        if i % 3 == 0:
            del table["end"]
        if i % 4 == 1:
            table = {}
    return Ends.count


class Many:
    pass


def in_a_dictionary(n):
    many = Many()
    for name in range(60):
        setattr(many, f"x{name}", name)
    total = 0
    for i in range(n):
        many.x5 = i
        total += many.x5 + many.x6
        if i == n // 2:
            del many.x6
            many.x6 = 100
        if i == n // 3:
            Many.x7 = property(lambda self: 5)
        total += many.x7
    return total


def errors(n):
    table, total = {1: 2}, 0
    for i in range(n):
        try:
            total += table[i % 3]
        except KeyError as error:
            total += error.args[0] * 10
        try:
            total += [1, 2][i % 4] + "ab".index("ab"[i % 2 : 1]) + int("7x"[: 1 + (i % 5 == 0)])
        except (IndexError, ValueError) as error:
            total += len(str(error))
        try:
            total += len({i % 2: [], "a": 1}[i % 2].pop() if i % 7 == 0 else ())
        except IndexError:
            total += 3
        bound = table.get
        total += bound(i % 2, 4)
    return total


def changes(n):
    table = dict.fromkeys(range(5))
    told = []
    for i in range(n):
        try:
            for key in table:
                if i % 40 == 39:
                    table[len(table) + 100] = None
        except RuntimeError as error:
            told.append(str(error))
    return told[-1], len(told), len(table)


class Adder:
    def __init__(self, step):
        self.step = step

    def add(self, value, times=1):
        return value + self.step * times

    def sub(self, value, times=1):
        return value - self.step * times

    def __del__(self):
        Ends.count += 1


def bound_methods(n):
    total, before = 0, Ends.count
    for i in range(n):
        call = Adder(i % 3).add if i % 20 else Adder(2).sub
        total = call(total)
        total = call(total, 2) if i % 2 else call(total, times=3)
        # The object ends with its method.
        total = Adder(1).add(total)
    return total, Ends.count - before


for function in (containers, texts, strange_keys, ends, in_a_dictionary, errors, changes, bound_methods):
    print(function.__name__, function(700))
