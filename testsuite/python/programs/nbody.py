"""The planets' motion: floating point in attributes and lists."""


class Body:
    def __init__(self, x, y, z, vx, vy, vz, mass):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.mass = mass


DAYS = 365.24
SOLAR_MASS = 4 * 3.141592653589793**2
bodies = [
    Body(0, 0, 0, 0, 0, 0, SOLAR_MASS),
    Body(
        4.841431442464721,
        -1.1603200440274284,
        -0.10362204447112311,
        0.001660076642744037 * DAYS,
        0.007699011184197404 * DAYS,
        -6.90460016972063e-05 * DAYS,
        0.0009547919384243266 * SOLAR_MASS,
    ),
    Body(
        8.34336671824458,
        4.124798564124305,
        -0.4035234171143214,
        -0.002767425107268624 * DAYS,
        0.004998528012349172 * DAYS,
        2.3041729757376393e-05 * DAYS,
        0.0002858859806661308 * SOLAR_MASS,
    ),
]


def advance(dt):
    for i, a in enumerate(bodies):
        for b in bodies[i + 1 :]:
            dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
            magnitude = dt / (dx * dx + dy * dy + dz * dz) ** 1.5
            a.vx -= dx * b.mass * magnitude
            a.vy -= dy * b.mass * magnitude
            a.vz -= dz * b.mass * magnitude
            b.vx += dx * a.mass * magnitude
            b.vy += dy * a.mass * magnitude
            b.vz += dz * a.mass * magnitude
    for b in bodies:
        b.x += dt * b.vx
        b.y += dt * b.vy
        b.z += dt * b.vz


def energy():
    e = 0.0
    for i, a in enumerate(bodies):
        e += 0.5 * a.mass * (a.vx**2 + a.vy**2 + a.vz**2)
        for b in bodies[i + 1 :]:
            e -= a.mass * b.mass / ((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2) ** 0.5
    return e


print(energy())
for step in range(1, 5001):
    advance(0.01)
    if step % 1000 == 0:
        print(step, energy())
print([(b.x, b.vy) for b in bodies])
