# An exception leaves an instruction of a function that a generator's loop calls, and ends the generator, at any time between good rounds.
class Month:
    def __init__(self, number):
        if number > 12:
            raise ValueError(f"bad month {number}")
        self.number = number


class Day:
    def __init__(self, number):
        if number > 365:
            raise ValueError(f"bad day {number}")
        self.number = number


def parse(text):
    kind, *rest = text.split("/", 1)
    if kind[:1] == "M":
        rule = Month(*tuple(map(int, [kind[1:]])))
    else:
        rule = Day(int(kind))
    if rest:
        rule.hour = rest[0]
    return rule


def pair(texts):
    first, second = (parse(text) for text in texts)
    return first.number, second.number


def run(seed, count):
    counts = {}
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) % 2**31
        texts = [TEXTS[seed >> 8 & 7], TEXTS[seed >> 16 & 7]]
        try:
            result = pair(texts)
        except ValueError as error:
            trace, result = error.__traceback__, []
            while trace is not None:
                result.append(trace.tb_lineno)
                trace = trace.tb_next
            result = (str(error), *result)
        counts[result] = counts.get(result, 0) + 1
    return counts


TEXTS = ["M1", "M2/3", "60", "90/4", "M13", "M1/2", "366", "x"]

for seed in range(1, 9):
    for result, count in sorted(run(seed, 200).items(), key=str):
        print(result, count)
