"""Graph algorithms: shortest paths, spanning trees, topological order, components, flow."""

import heapq
from collections import defaultdict, deque

edges = []
seed = 7
for i in range(60):
    for j in range(3):
        seed = (seed * 16807) % 2147483647
        edges.append((i, seed % 60, seed % 97 + 1))
graph = defaultdict(list)
for a, b, w in edges:
    graph[a].append((b, w))
    graph[b].append((a, w))


def dijkstra(source):
    distance, previous, heap = {source: 0}, {}, [(0, source)]
    while heap:
        d, node = heapq.heappop(heap)
        if d > distance[node]:
            continue
        for other, w in graph[node]:
            if (new := d + w) < distance.get(other, float("inf")):
                distance[other], previous[other] = new, node
                heapq.heappush(heap, (new, other))
    return distance, previous


distance, previous = dijkstra(0)
print(len(distance), sum(distance.values()), max(distance.items(), key=lambda kv: (kv[1], kv[0])))
path, node = [], 59
while node in previous:
    path.append(node)
    node = previous[node]
print(path[::-1])


def kruskal():
    parent = list(range(60))

    def find(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    total = 0
    for w, a, b in sorted((w, a, b) for a, b, w in edges):
        if (ra := find(a)) != (rb := find(b)):
            parent[ra] = rb
            total += w
    return total, len({find(x) for x in range(60)})


print(kruskal())


def topological(dependencies):
    state, order = {}, []

    def visit(node):
        if state.get(node) == "open":
            raise ValueError(f"cycle at {node}")
        if node not in state:
            state[node] = "open"
            for d in dependencies.get(node, ()):
                visit(d)
            state[node] = "done"
            order.append(node)

    for node in sorted(dependencies):
        visit(node)
    return order


print(topological({"app": ["db", "ui"], "db": ["core"], "ui": ["core", "img"], "img": []}))
try:
    topological({"a": ["b"], "b": ["c"], "c": ["a"]})
except ValueError as e:
    print(e)


def bfs(start):
    seen, queue, levels = {start: 0}, deque([start]), defaultdict(int)
    while queue:
        node = queue.popleft()
        levels[seen[node]] += 1
        for other, _ in graph[node]:
            if other not in seen:
                seen[other] = seen[node] + 1
                queue.append(other)
    return dict(levels)


print(bfs(0))
size = 25
matrix = [[0 if i == j else float("inf") for j in range(size)] for i in range(size)]
for a, b, w in edges:
    if a < size and b < size:
        matrix[a][b] = min(matrix[a][b], w)
for k in range(size):
    for i in range(size):
        ik = matrix[i][k]
        for j in range(size):
            if ik + matrix[k][j] < matrix[i][j]:
                matrix[i][j] = ik + matrix[k][j]
print(
    sum(v for row in matrix for v in row if v != float("inf")),
    sum(v == float("inf") for row in matrix for v in row),
)
from graphlib import CycleError, TopologicalSorter

print(list(TopologicalSorter({"d": {"b", "c"}, "b": {"a"}, "c": {"a"}}).static_order())[0])
try:
    list(TopologicalSorter({1: {2}, 2: {1}}).static_order())
except CycleError as e:
    print(e.args[0], sorted(set(e.args[1])))
