"""Data structures written in Python: trees, heaps, tries, LRU caches, linked lists, skip iteration."""

import bisect
import gc
import weakref


class Tree:
    __slots__ = ("left", "right", "key", "value", "height", "__weakref__")

    def __init__(self, key, value):
        self.key, self.value, self.left, self.right, self.height = key, value, None, None, 1

    def __iter__(self):
        if self.left:
            yield from self.left
        yield self.key
        if self.right:
            yield from self.right


def height(t):
    return t.height if t else 0


def update(t):
    t.height = 1 + max(height(t.left), height(t.right))
    return t


def rotate(t, up, down):
    child = getattr(t, up)
    setattr(t, up, getattr(child, down))
    setattr(child, down, update(t))
    return update(child)


def insert(t, key, value):
    if t is None:
        return Tree(key, value)
    if key == t.key:
        t.value = value
        return t
    side = "left" if key < t.key else "right"
    setattr(t, side, insert(getattr(t, side), key, value))
    update(t)
    balance = height(t.left) - height(t.right)
    if balance > 1:
        if key > t.left.key:
            t.left = rotate(t.left, "right", "left")
        return rotate(t, "left", "right")
    if balance < -1:
        if key < t.right.key:
            t.right = rotate(t.right, "left", "right")
        return rotate(t, "right", "left")
    return t


root, key = None, 1
for i in range(500):
    key = key * 16807 % 2147483647
    root = insert(root, key % 1000, i)
keys = list(root)
print(len(keys), keys == sorted(set(keys)), root.height)


class LRU:
    def __init__(self, size):
        self.size, self.data, self.hits = size, {}, 0

    def get(self, key, compute):
        if key in self.data:
            self.hits += 1
            value = self.data.pop(key)
        else:
            value = compute(key)
            if len(self.data) >= self.size:
                del self.data[next(iter(self.data))]
        self.data[key] = value
        return value


cache = LRU(10)
total = sum(cache.get(i * i % 17, lambda k: k * 2) for i in range(1000))
print(total, cache.hits, list(cache.data))


class Trie(dict):
    def add(self, word):
        node = self
        for c in word:
            node = node.setdefault(c, Trie())
        node[None] = word

    def find(self, prefix):
        node = self
        for c in prefix:
            if c not in node:
                return
            node = node[c]
        stack = [node]
        while stack:
            node = stack.pop()
            for c, child in sorted(node.items(), key=lambda kv: kv[0] or "", reverse=True):
                if c is None:
                    yield child
                else:
                    stack.append(child)


trie = Trie()
for w in "car card care cat dog do done".split():
    trie.add(w)
print(sorted(trie.find("car")), sorted(trie.find("do")), list(trie.find("x")))


class Heap:
    def __init__(self):
        self.a = []

    def push(self, x):
        a = self.a
        a.append(x)
        i = len(a) - 1
        while i and a[(p := (i - 1) // 2)] > a[i]:
            a[p], a[i] = a[i], a[p]
            i = p

    def pop(self):
        a = self.a
        a[0], a[-1] = a[-1], a[0]
        result, i = a.pop(), 0
        while (c := 2 * i + 1) < len(a):
            if c + 1 < len(a) and a[c + 1] < a[c]:
                c += 1
            if a[i] <= a[c]:
                break
            a[i], a[c] = a[c], a[i]
            i = c
        return result


heap = Heap()
for i in range(300):
    heap.push(i * 7919 % 1009)
out = [heap.pop() for _ in range(300)]
print(out == sorted(out), out[:5])


class Linked:
    class Node:
        __slots__ = ("value", "next", "previous", "__weakref__")

    def __init__(self):
        self.head = self.Node()
        self.head.next = self.head.previous = self.head

    def append(self, value):
        n = self.Node()
        n.value, n.next, n.previous = value, self.head, self.head.previous
        n.previous.next = n.next.previous = n

    def __iter__(self):
        n = self.head.next
        while n is not self.head:
            yield n.value
            n = n.next

    def reverse(self):
        n = self.head
        while True:
            n.next, n.previous = n.previous, n.next
            n = n.previous
            if n is self.head:
                return


linked = Linked()
for i in range(1000):
    linked.append(i)
linked.reverse()
print(sum(linked), next(iter(linked)))
ref = weakref.ref(linked.head)
gc.collect()
del linked
print(ref() is None, gc.collect() > 0, ref() is None)
intervals = []
for start, end in [(5, 8), (1, 3), (2, 4), (7, 12), (20, 21)]:
    bisect.insort(intervals, (start, end))
merged = []
for start, end in intervals:
    if merged and start <= merged[-1][1]:
        merged[-1][1] = max(merged[-1][1], end)
    else:
        merged.append([start, end])
print(
    intervals,
    merged,
    bisect.bisect([1, 3, 5], 3),
    bisect.bisect_left([1, 3, 5], 3),
    bisect.bisect([{"k": 1}, {"k": 4}], 3, key=lambda d: d["k"]),
)


class Matrix(list):
    def __matmul__(self, other):
        columns = list(zip(*other))
        return Matrix([sum(a * b for a, b in zip(row, col)) for col in columns] for row in self)

    def __pow__(self, n):
        result, base = Matrix([[int(i == j) for j in range(len(self))] for i in range(len(self))]), self
        while n:
            if n & 1:
                result = result @ base
            base, n = base @ base, n >> 1
        return result


print((Matrix([[1, 1], [1, 0]]) ** 300)[0][1])
