"""``setdefault`` hashes and compares a key once."""


class Counted:
    hashed = compared = 0

    def __hash__(self):
        Counted.hashed += 1
        return 42

    def __eq__(self, other):
        Counted.compared += 1
        return self is other


first, second = Counted(), Counted()
table = {first: 5}
print(table.setdefault(second, []), len(table), Counted.hashed, Counted.compared)
print(table.setdefault(second, 3), Counted.hashed, Counted.compared)
