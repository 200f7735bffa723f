"""Making and dropping linked instances."""


class Node:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right


def make(depth):
    return Node(None, None) if depth == 0 else Node(make(depth - 1), make(depth - 1))


def check(node):
    return 1 if node.left is None else 1 + check(node.left) + check(node.right)


total = 0
for depth in range(4, 15, 2):
    for _ in range(1 << (15 - depth)):
        total += check(make(depth))
print(total)
