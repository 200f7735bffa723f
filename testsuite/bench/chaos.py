"""The chaos game on a spline: float vectors with operators, getters, list indexing."""

import random


class GVector:
    def __init__(self, x=0.0, y=0.0):
        self.x, self.y = x, y

    def distance(self, other):
        return ((self.x - other.x) ** 2 + (self.y - other.y) ** 2) ** 0.5

    def __add__(self, other):
        return GVector(self.x + other.x, self.y + other.y)

    def __sub__(self, other):
        return self + other * -1

    def __mul__(self, k):
        return GVector(self.x * k, self.y * k)

    def combine(self, other, k, l=None):
        l = 1 - k if l is None else l
        return GVector(self.x * k + other.x * l, self.y * k + other.y * l)


class Spline:
    def __init__(self, points, degree):
        self.points, self.degree = points, degree
        self.knots = [0] * degree + list(range(len(points) - degree + 2)) + [len(points) - degree + 1] * degree

    def domain(self):
        return self.knots[self.degree - 1], self.knots[len(self.knots) - self.degree]

    def index(self, u):
        for i in range(self.degree - 1, len(self.knots) - self.degree):
            if self.knots[i] <= u < self.knots[i + 1]:
                return i
        return len(self.knots) - self.degree - 1

    def __call__(self, u):
        last = self.index(u)
        d = [self.points[max(0, min(len(self.points) - 1, last - self.degree + 1 + i))] for i in range(self.degree + 1)]
        knots = self.knots
        for level in range(1, self.degree + 1):
            for j in range(last - level, last - self.degree, -1):
                low, high = knots[j], knots[j + self.degree - level + 1]
                k = (high - u) / (high - low) if high != low else 0.5
                i = j - last + self.degree - 1
                d[i] = d[i].combine(d[i + 1], k)
        return d[0]


rng = random.Random(1234)
spline = Spline([GVector(rng.random(), rng.random()) for _ in range(12)], 3)
low, high = spline.domain()
point, total = GVector(0.5, 0.5), 0.0
for step in range(24000):
    target = spline(low + (high - low) * (step * 0.618 % 1.0))
    total += point.distance(target)
    point = point + (target - point) * 0.5
print(f"{total:.6f} {point.x:.6f} {point.y:.6f}")
