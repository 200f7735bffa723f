"""random: seeded sequences are the same everywhere."""

import random

random.seed(42)
print([random.random() for _ in range(5)])
print(
    [random.randint(1, 100) for _ in range(10)],
    [random.randrange(0, 1000, 7) for _ in range(5)],
    random.getrandbits(100),
    random.randbytes(8),
)
items = list(range(10))
random.shuffle(items)
print(
    items,
    random.choice("abcdef"),
    random.sample(range(1000), 5),
    random.choices("abc", weights=[1, 2, 7], k=10),
    random.sample(["a", "b"], counts=[3, 2], k=3),
)
print(
    [
        round(f(), 12)
        for f in (
            lambda: random.uniform(1, 10),
            lambda: random.gauss(0, 1),
            lambda: random.normalvariate(5, 2),
            lambda: random.expovariate(1.5),
            lambda: random.betavariate(2, 3),
            lambda: random.gammavariate(2, 1),
            lambda: random.triangular(0, 10, 3),
            lambda: random.lognormvariate(0, 1),
            lambda: random.vonmisesvariate(0, 4),
            lambda: random.paretovariate(3),
            lambda: random.weibullvariate(1, 1.5),
        )
    ]
)
print(random.binomialvariate(100, 0.3), random.binomialvariate(5))
for seed in (0, 1, -1, 2**100, "text", b"bytes", 1.5, None.__class__.__name__, bytearray(b"x")):
    r = random.Random(seed)
    print(repr(seed), r.random(), r.getrandbits(32), r.randint(0, 10**30))
r = random.Random(7)
state = r.getstate()
first = [r.random() for _ in range(3)]
r.setstate(state)
print([r.random() for _ in range(3)] == first, len(state[1]), state[0], state[1][:2])
for bad in (
    lambda: random.randint(2, 1),
    lambda: random.randrange(0),
    lambda: random.choice([]),
    lambda: random.sample([1], 2),
    lambda: random.sample({1}, 1),
    lambda: random.seed([]),
    lambda: random.choices([1], weights=[0]),
    lambda: random.choices([1], weights=[1, 2]),
    lambda: random.getrandbits(-1),
    lambda: random.randrange(1.5),
    lambda: random.shuffle("abc"),
    lambda: random.setstate((1,)),
    lambda: random.choices([1], [1], cum_weights=[1]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)


class Fixed(random.Random):
    def random(self):
        return 0.25


print(
    Fixed().uniform(0, 8),
    Fixed().choice("abcd"),
    random.Random(5).getrandbits(0),
    random.Random(3).sample(range(10**12), 2),
)
random.seed(1, version=1)
print(random.random())
total = sum(random.Random(9).random() for _ in range(1))
print(total, 0 <= random.SystemRandom().random() < 1)
