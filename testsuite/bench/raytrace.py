"""Vectors as instances with operators, made and dropped all the time."""


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, o):
        return Vector(self.x + o.x, self.y + o.y, self.z + o.z)

    def __sub__(self, o):
        return Vector(self.x - o.x, self.y - o.y, self.z - o.z)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k, self.z * k)

    def dot(self, o):
        return self.x * o.x + self.y * o.y + self.z * o.z

    def unit(self):
        return self * (1 / self.dot(self) ** 0.5)


class Sphere:
    def __init__(self, centre, radius, shade):
        self.centre, self.radius, self.shade = centre, radius, shade

    def hit(self, origin, direction):
        to = self.centre - origin
        along = to.dot(direction)
        d = self.radius**2 - (to.dot(to) - along * along)
        return along - d**0.5 if d > 0 and along > 0 else None


spheres = [Sphere(Vector(i * 1.5 - 3, (i % 3) - 1.0, 6.0 + i), 1.0, i + 1) for i in range(5)]
light, eye, image = Vector(1, 2, -1).unit(), Vector(0, 0, -2), []
for y in range(110):
    for x in range(110):
        ray = Vector((x - 55) / 55, (55 - y) / 55, 1.5).unit()
        best, shade = 1e9, 0
        for s in spheres:
            t = s.hit(eye, ray)
            if t is not None and t < best:
                normal = ((eye + ray * t) - s.centre) * (1 / s.radius)
                best, shade = t, s.shade * max(0.0, normal.dot(light))
        image.append(shade)
print(round(sum(image), 6))
