"""Raising, catching, finally and with."""


class Manager:
    count = 0

    def __enter__(self):
        return self

    def __exit__(self, kind, value, tb):
        Manager.count += 1
        return kind is KeyError


def risky(i):
    if i % 3 == 0:
        raise ValueError(i)
    if i % 5 == 0:
        raise KeyError(i)
    return i


total = 0
for i in range(250000):
    try:
        with Manager():
            total += risky(i)
    except ValueError as e:
        total -= e.args[0]
    finally:
        total += 1
print(total, Manager.count)
