"""An event simulation with heaps, closures, generators and exceptions across frames."""

import heapq
from contextlib import contextmanager


class Simulation:
    def __init__(self):
        self.now, self.queue, self.sequence, self.log = 0, [], 0, []

    def at(self, delay, function, *args):
        self.sequence += 1
        heapq.heappush(self.queue, (self.now + delay, self.sequence, function, args))

    def process(self, generator):
        def resume(value=None):
            try:
                request = generator.send(value)
            except StopIteration as stop:
                self.log.append((self.now, generator.__name__, stop.value))
            else:
                request(resume)

        self.at(0, resume)

    def timeout(self, delay, value=None):
        return lambda resume: self.at(delay, resume, value)

    def run(self, until):
        steps = 0
        while self.queue and self.queue[0][0] <= until:
            self.now, _, function, args = heapq.heappop(self.queue)
            function(*args)
            steps += 1
        return steps


class Resource:
    def __init__(self, sim, capacity):
        self.sim, self.free, self.waiting, self.longest = sim, capacity, [], 0

    def request(self, resume):
        if self.free:
            self.free -= 1
            self.sim.at(0, resume, "granted")
        else:
            self.waiting.append(resume)
            self.longest = max(self.longest, len(self.waiting))

    @contextmanager
    def held(self):
        try:
            yield
        finally:
            if self.waiting:
                self.sim.at(0, self.waiting.pop(0), "after waiting")
            else:
                self.free += 1


sim = Simulation()
desk = Resource(sim, 2)
waits = []


def customer(n):
    arrived = sim.now
    how = yield desk.request
    waits.append(sim.now - arrived)
    with desk.held():
        yield sim.timeout(3 + n % 4)
    return f"customer {n} {how}"


def source(count):
    for n in range(count):
        sim.process(customer(n))
        yield sim.timeout(1 + n % 3)
    return "source done"


sim.process(source(300))
print(sim.run(10), sim.now)
print(sim.run(10**6), sim.now, desk.longest, desk.free, sum(waits), max(waits))
print(sim.log[:4], sim.log[-2:])


class Retry(Exception):
    def __init__(self, left):
        self.left = left


def unreliable(n, attempts=0):
    try:
        if n % 3 == 0 and attempts < 2:
            raise Retry(attempts)
        if n % 7 == 0:
            raise ValueError(n)
        return n
    except Retry as r:
        return unreliable(n, r.left + 1)
    finally:
        counts["finally"] = counts.get("finally", 0) + 1


counts = {}
ok = failed = 0
for i in range(2000):
    try:
        ok += unreliable(i)
    except ValueError as e:
        failed += e.args[0]
    else:
        counts["else"] = counts.get("else", 0) + 1
print(ok, failed, counts)


def deep(n):
    if n == 0:
        raise KeyError("bottom")
    try:
        deep(n - 1)
    except KeyError:
        if n % 10 == 0:
            raise
        try:
            raise KeyError(n) from None
        except KeyError as e:
            raise e


try:
    deep(30)
except KeyError as e:
    depth, tb = 0, e.__traceback__
    while tb:
        depth, tb = depth + 1, tb.tb_next
    print(repr(e), depth)
