"""One operation on a buffered stream at a time, whatever thread asks for it."""

import io
import threading


class Slow(io.RawIOBase):
    """Waits in the middle of an operation until it may go on."""

    def __init__(self):
        self.inside = threading.Event()
        self.go_on = threading.Event()
        self.chunks = []

    def readable(self):
        return True

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        self.inside.set()
        self.go_on.wait()
        self.chunks.append(data)
        return len(data)

    def readinto(self, room):
        self.inside.set()
        self.go_on.wait()
        room[:4] = b"data"
        return 4


raw = Slow()
writer = io.BufferedWriter(raw, 8)
writer.write(b"1234567")
flusher = threading.Thread(target=writer.flush)
flusher.start()
raw.inside.wait()
second = threading.Thread(target=writer.write, args=(b"second",))
second.start()
second.join(0.05)
print("waits", second.is_alive())
raw.go_on.set()
flusher.join()
second.join()
writer.flush()
print(raw.chunks)

raw = Slow()
reader = io.BufferedReader(raw, 4)
results = []
threads = [threading.Thread(target=lambda: results.append(reader.read(2))) for _ in range(4)]
for thread in threads:
    thread.start()
raw.inside.wait()
raw.go_on.set()
for thread in threads:
    thread.join()
print(sorted(results))


class Again(io.RawIOBase):
    """Asks the stream over it for more while it is asked itself."""

    def writable(self):
        return True

    def write(self, data):
        try:
            stream.write(b"again")
        except RuntimeError as error:
            print(str(error).partition(" <")[0])
        return len(data)


stream = io.BufferedWriter(Again(), 4)
print(stream.write(b"longer than the buffer"))
stream.flush()
print(memoryview(b"abcdef")[::2].nbytes)
