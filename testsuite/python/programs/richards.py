"""A small operating system: tasks, messages and queues in classes."""

from collections import deque


class Packet:
    def __init__(self, kind, ident):
        self.kind, self.ident, self.datum, self.data = kind, ident, 0, [0] * 4


class Task:
    instances = {}

    def __init__(self, ident, priority, work):
        self.ident, self.priority = ident, priority
        self.queue = deque()
        self.work = work(self)
        next(self.work)
        self.runs = 0
        Task.instances[ident] = self

    def ready(self):
        return bool(self.queue)

    def run(self):
        self.runs += 1
        for target, packet in self.work.send(self.queue.popleft()) or ():
            Task.instances[target].queue.append(packet)


def handler(task):
    done = 0
    out = []
    while True:
        packet = yield out
        out = []
        if packet.kind == "work":
            for i in range(4):
                packet.data[i] = (packet.data[i] * 31 + i + done) % 26
            done += 1
            out.append(("device" if done % 2 else "other", Packet("device", task.ident)))
            if done < 2000:
                out.append(("worker", packet))
        else:
            packet.datum += 1
            out.append(("idle", packet))


def worker(task):
    count = 0
    out = []
    while True:
        packet = yield out
        count += 1
        packet.ident = task.ident
        packet.datum = (packet.datum + count) & 0xFFFF
        out = [("handler", packet)]


def device(task):
    held = None
    out = []
    while True:
        packet = yield out
        held, out = packet, ([("handler", held)] if held else [])


def idle(task):
    control = 1
    while True:
        packet = yield ()
        control = (control >> 1) ^ 0xD008 if control & 1 else control >> 1
        task.control = control


tasks = [
    Task("handler", 3, handler),
    Task("worker", 2, worker),
    Task("device", 1, device),
    Task("other", 1, device),
    Task("idle", 0, idle),
]
tasks[1].queue.append(Packet("work", None))
steps = 0
while any(t.ready() for t in tasks):
    task = max((t for t in tasks if t.ready()), key=lambda t: t.priority)
    task.run()
    steps += 1
print(steps, {t.ident: t.runs for t in tasks}, tasks[4].control)
