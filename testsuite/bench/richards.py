"""Martin Richards' operating-system simulator: tasks, packets and queues, all by methods and attributes."""

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)
DEVICE_PACKET, WORK_PACKET = 1000, 1001


class Packet:
    def __init__(self, link, ident, kind):
        self.link, self.ident, self.kind = link, ident, kind
        self.datum, self.data = 0, [0] * 4

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        tail = queue
        while tail.link is not None:
            tail = tail.link
        tail.link = self
        return queue


class Task:
    def __init__(self, system, ident, priority, queue, pending, waiting, holding):
        self.system, self.ident, self.priority, self.queue = system, ident, priority, queue
        self.pending, self.waiting, self.holding = pending, waiting, holding
        self.link, system.head, system.table[ident] = system.head, self, self

    def is_held_or_waiting(self):
        return self.holding or (not self.pending and self.waiting)

    def is_waiting_with_packet(self):
        return self.pending and self.waiting and not self.holding

    def add_packet(self, packet, old):
        if self.queue is None:
            self.queue, self.pending = packet, True
            if self.priority > old.priority:
                return self
        else:
            packet.append_to(self.queue)
        return old

    def run(self):
        message = None
        if self.is_waiting_with_packet():
            message = self.queue
            self.queue = message.link
            self.pending, self.waiting = self.queue is not None, False
        return self.work(message)

    def wait(self):
        self.waiting = True
        return self

    def hold(self):
        self.system.holds += 1
        self.holding = True
        return self.link

    def release(self, ident):
        task = self.system.table[ident]
        task.holding = False
        return task if task.priority > self.priority else self

    def send(self, packet):
        task = self.system.table[packet.ident]
        self.system.sent += 1
        packet.link, packet.ident = None, self.ident
        return task.add_packet(packet, self)


class Idle(Task):
    control, count = 1, 10000

    def work(self, _message):
        self.count -= 1
        if self.count == 0:
            return self.hold()
        if self.control & 1 == 0:
            self.control //= 2
            return self.release(DEVICE_A)
        self.control = self.control // 2 ^ 0xD008
        return self.release(DEVICE_B)


class Worker(Task):
    destination, letter = HANDLER_A, 0

    def work(self, message):
        if message is None:
            return self.wait()
        self.destination = HANDLER_B if self.destination == HANDLER_A else HANDLER_A
        message.ident, message.datum = self.destination, 0
        for i in range(4):
            self.letter += 1
            if self.letter > 26:
                self.letter = 1
            message.data[i] = 64 + self.letter
        return self.send(message)


class Handler(Task):
    work_in = device_in = None

    def work(self, message):
        if message is not None:
            if message.kind == WORK_PACKET:
                self.work_in = message.append_to(self.work_in)
            else:
                self.device_in = message.append_to(self.device_in)
        work = self.work_in
        if work is None:
            return self.wait()
        count = work.datum
        if count >= 4:
            self.work_in = work.link
            return self.send(work)
        device = self.device_in
        if device is None:
            return self.wait()
        self.device_in = device.link
        device.datum = work.data[count]
        work.datum = count + 1
        return self.send(device)


class Device(Task):
    held = None

    def work(self, message):
        if message is None:
            message = self.held
            if message is None:
                return self.wait()
            self.held = None
            return self.send(message)
        self.held = message
        return self.hold()


class System:
    def __init__(self):
        self.head, self.table, self.holds, self.sent = None, [None] * 6, 0, 0

    def schedule(self):
        task = self.head
        while task is not None:
            task = task.link if task.is_held_or_waiting() else task.run()


def packets(ident, kind, count):
    queue = None
    for _ in range(count):
        queue = Packet(queue, ident, kind)
    return queue


for _ in range(4):
    system = System()
    Idle(system, IDLE, 0, None, False, False, False)
    Worker(system, WORKER, 1000, packets(WORKER, WORK_PACKET, 2), True, True, False)
    Handler(system, HANDLER_A, 2000, packets(DEVICE_A, DEVICE_PACKET, 3), True, True, False)
    Handler(system, HANDLER_B, 3000, packets(DEVICE_B, DEVICE_PACKET, 3), True, True, False)
    Device(system, DEVICE_A, 4000, None, False, True, False)
    Device(system, DEVICE_B, 5000, None, False, True, False)
    system.schedule()
    print(system.sent, system.holds)
