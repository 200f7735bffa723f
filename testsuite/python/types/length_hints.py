"""Lengths that iterables announce: impossible ones are errors before any item is made."""


class Hint:
    def __init__(self, hint):
        self.hint = hint

    def __iter__(self):
        return iter("ab")

    def __length_hint__(self):
        return self.hint


for source in (range(2**63), range(2**60), Hint(1), Hint(NotImplemented), Hint(-1), Hint("x"), iter([1, 2])):
    try:
        print(list(source))
    except Exception as e:
        print(type(e).__name__, e)
