"""Bit reading and Huffman decoding as a pure Python decompressor does it."""


class BitReader:
    def __init__(self, data):
        self.data, self.position, self.bits, self.field = data, 0, 0, 0

    def need(self, n):
        while self.bits < n:
            self.field = self.field << 8 | self.data[self.position]
            self.position += 1
            self.bits += 8

    def read(self, n):
        self.need(n)
        self.bits -= n
        value = self.field >> self.bits
        self.field &= (1 << self.bits) - 1
        return value

    def peek(self, n):
        self.need(n)
        return self.field >> (self.bits - n)


class Table:
    def __init__(self, lengths):
        self.codes, code, last = {}, 0, 0
        for length, symbol in sorted((length, symbol) for symbol, length in enumerate(lengths) if length):
            code <<= length - last
            last = length
            self.codes[length, code] = symbol
            code += 1
        self.low, self.high = min(filter(None, lengths)), max(lengths)

    def decode(self, reader):
        for length in range(self.low, self.high + 1):
            symbol = self.codes.get((length, reader.peek(length)))
            if symbol is not None:
                reader.read(length)
                return symbol
        raise ValueError("bad code")


def move_to_front(table, index):
    value = table[index]
    table[:] = [value] + table[:index] + table[index + 1 :]
    return value


lengths = [3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 5]
table, seed, data = Table(lengths), 99, bytearray()
for _ in range(70000):
    seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
    data.append(seed >> 16 & 0xFF)
reader, front, out = BitReader(bytes(data) + bytes(16)), list(range(len(lengths))), []
try:
    while reader.position < len(data):
        out.append(move_to_front(front, table.decode(reader)))
except ValueError:
    out.append(-1)
order = sorted(range(len(out)), key=out.__getitem__)
print(len(out), sum(out), sum(i * (j & 15) for i, j in enumerate(order)) % 1000003)
