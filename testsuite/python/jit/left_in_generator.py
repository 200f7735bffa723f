# An exception leaves an instruction of a function that a generator's loop calls, and ends the generator.
class Table:
    def __init__(self, limit):
        self.limit = limit

    def __delitem__(self, key):
        if key > self.limit:
            raise IndexError(key)


def deleted(table, key):
    del table[key]
    return key * 2


def several(table, keys):
    first, second, *others = (deleted(table, key) for key in keys)
    return first, second, len(others)


def attempt(limit, count):
    generators = 0
    for start in range(count):
        try:
            print(several(Table(limit), range(start, start + 4)))
        except IndexError as error:
            generators += 1
            frames = []
            traceback = error.__traceback__
            while traceback is not None:
                frames.append((traceback.tb_frame.f_code.co_name, traceback.tb_lineno))
                traceback = traceback.tb_next
            print("raised", error, frames)
    return generators


print(attempt(100, 6), attempt(7, 12), attempt(0, 3))
