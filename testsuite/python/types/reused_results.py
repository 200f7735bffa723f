"""Iterators of tuples fill the last one anew where nobody else has it, and keep it alive until then."""

import itertools
import sys


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("end of", self.name)


def makers():
    yield "zip", lambda: zip(range(4), range(4))
    yield "zip of three", lambda: zip("abcd", "efgh", "ijkl")
    yield "zip_longest", lambda: itertools.zip_longest("abcd", "ef")
    yield "enumerate", lambda: enumerate("abcd")
    yield "enumerate from a large int", lambda: enumerate("abcd", 2**63 - 3)
    yield "dict items", lambda: iter({1: 2, 3: 4, 5: 6}.items())
    yield "reversed dict items", lambda: reversed({1: 2, 3: 4, 5: 6}.items())
    yield "pairwise", lambda: itertools.pairwise("abcd")
    yield "product", lambda: itertools.product("ab", "cd")
    yield "combinations", lambda: itertools.combinations("abcd", 2)
    yield "permutations", lambda: itertools.permutations("abc", 2)


for name, make in makers():
    print(name, list(make()))
    kept = [make() for _ in range(2)]
    results = [next(kept[0]), next(kept[0])]
    print("  kept ones differ:", results[0] is not results[1], results)
    iterator = make()
    seen = {id(next(iterator)) for _ in range(3)}
    print("  dropped ones are one:", len(seen) == 1)

objects = [object() for _ in range(3)]
print([sys.getrefcount(o) for o in objects])
print([sys.getrefcount(o) for o, _ in zip(objects, range(3))])
print([sys.getrefcount(o) for _, o in enumerate(objects)])

iterator = zip(map(Noisy, "abc"), "xyz")
for noisy, letter in iterator:
    print("with", noisy.name, letter)
    del noisy
print("behind the loop")
del iterator


class Again:
    """An item whose end asks the same iterator for more."""

    def __del__(self):
        print("inside", [type(part).__name__ for part in next(pairs, ())])


pairs = zip((Again() for _ in range(3)), range(5))
print(next(pairs)[1], next(pairs, None))
