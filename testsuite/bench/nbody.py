"""Float arithmetic on attributes."""


class Body:
    def __init__(self, p, v, mass):
        self.x, self.y, self.z = p
        self.vx, self.vy, self.vz = v
        self.mass = mass


def advance(pairs, bodies, dt, steps):
    for _ in range(steps):
        for a, b in pairs:
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            m = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            a.vx -= dx * b.mass * m
            a.vy -= dy * b.mass * m
            a.vz -= dz * b.mass * m
            b.vx += dx * a.mass * m
            b.vy += dy * a.mass * m
            b.vz += dz * a.mass * m
        for b in bodies:
            b.x += dt * b.vx
            b.y += dt * b.vy
            b.z += dt * b.vz


bodies = [
    Body((i * 1.5, i * 0.5 - 1, i * -0.25), (0.01 * i, 0.02, -0.01 * i), 1.0 / (1 + i)) for i in range(5)
]
advance([(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1 :]], bodies, 0.001, 60000)
print([round(b.x, 6) for b in bodies])
