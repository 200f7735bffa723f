# An exception leaves an instruction of a loop, after a loop of what the instruction calls has executed such instructions, too.
class Fine:
    def __delitem__(self, key):
        pass


class Raises:
    def __init__(self, limit):
        self.limit = limit

    def __delitem__(self, key):
        fine = Fine()
        for n in range(key):
            del fine[n]
        if key > self.limit:
            raise IndexError(key)


def empty(n, limit):
    table = Raises(limit)
    for key in range(n):
        del table[key]
    return n


for limit in 20, 30, 40, 50:
    try:
        print(list(map(empty, [35, 36, 37], [limit] * 3)))
    except IndexError as error:
        print("raised", error)
