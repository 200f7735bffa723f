"""Word counts by processes: pools, queues, managers and shared memory, under each way to start a process."""

import collections
import concurrent.futures
import multiprocessing
import multiprocessing.managers
import os
import sys
from multiprocessing import shared_memory

TEXTS = [
    "the quick brown fox jumps over the lazy dog",
    "the dog sleeps and the fox runs",
    "a quick dog is not a lazy dog",
    "over and over the fox jumps",
] * 5


class Scores:
    """An object that a manager shares."""

    def __init__(self):
        self.totals = collections.Counter()

    def add(self, counts):
        self.totals.update(counts)

    def best(self, count):
        return sorted(self.totals.items(), key=lambda item: (-item[1], item[0]))[:count]


class ScoreManager(multiprocessing.managers.BaseManager):
    pass


ScoreManager.register("Scores", Scores)


def count_words(text):
    return collections.Counter(text.split())


def fail_on(number):
    if number == 3:
        raise ValueError(f"no {number}")
    return number * number


def produce(queue, numbers):
    for number in numbers:
        queue.put((os.getpid() != os.getppid(), number))
    queue.put(None)


def fill(name, start, stop):
    memory = shared_memory.SharedMemory(name=name, track=False)
    for index in range(start, stop):
        memory.buf[index] = index % 251
    memory.close()


def answer(connection):
    while (request := connection.recv()) is not None:
        connection.send(sum(request))
    connection.close()


def leave(status):
    sys.exit(status)


def run(method):
    context = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        total = sum(pool.imap_unordered(count_words, TEXTS, chunksize=3), collections.Counter())
        best = sorted(total.items(), key=lambda item: (-item[1], item[0]))[:3]
        print(method, best, pool.map(abs, range(-5, 0)), pool.starmap(pow, [(2, 3), (3, 2)]))
        try:
            pool.map(fail_on, range(5))
        except ValueError as error:
            print("failed:", error, type(error.__cause__).__name__)
        print(pool.apply_async(divmod, (17, 5)).get(timeout=60))

    queue = context.Queue()
    producers = [context.Process(target=produce, args=(queue, range(start, 20, 2))) for start in (0, 1)]
    for process in producers:
        process.start()
    seen, ended = [], 0
    while ended < 2:
        item = queue.get(timeout=60)
        if item is None:
            ended += 1
        else:
            seen.append(item)
    for process in producers:
        process.join()
    numbers = sorted(number for _, number in seen)
    print(all(other for other, _ in seen), numbers, [process.exitcode for process in producers])

    memory = shared_memory.SharedMemory(create=True, size=1000)
    parts = [context.Process(target=fill, args=(memory.name, at, at + 500)) for at in (0, 500)]
    for process in parts:
        process.start()
    for process in parts:
        process.join()
    print(sum(memory.buf[:1000]), bytes(memory.buf[248:253]))
    memory.close()
    memory.unlink()

    ours, theirs = context.Pipe()
    process = context.Process(target=answer, args=(theirs,), name="answerer", daemon=True)
    process.start()
    for request in ([1, 2, 3], range(100), ()):
        ours.send(request)
        print(ours.recv(), end=" ")
    ours.send(None)
    process.join(60)
    failing = context.Process(target=leave, args=(7,))
    failing.start()
    failing.join(60)
    print(process.name, process.exitcode, failing.exitcode, failing.is_alive())

    with ScoreManager(ctx=context) as manager:
        scores = manager.Scores()
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
            for counts in executor.map(count_words, TEXTS):
                scores.add(counts)
            future = executor.submit(fail_on, 3)
            print(scores.best(3), repr(future.exception()))


def main():
    for method in ("fork", "spawn", "forkserver"):
        run(method)


if __name__ == "__main__":
    main()
