"""Selections whose indices there is no memory for."""

import itertools
import resource

limit = 1 << 32
resource.setrlimit(resource.RLIMIT_AS, (limit, resource.getrlimit(resource.RLIMIT_AS)[1]))
for make, length in [
    (itertools.combinations_with_replacement, 1 << 30),
    (itertools.combinations_with_replacement, 1 << 40),
    (itertools.combinations, 1 << 40),
    (itertools.permutations, 1 << 40),
]:
    try:
        make([1], length)
    except MemoryError:
        print(make.__name__, length, "MemoryError")
