"""Random play on a small go board: neighbour lists, union-find, sets, small ints."""

SIZE = 9
POINTS = SIZE * SIZE


class Square:
    def __init__(self, board, position):
        self.board, self.position, self.color = board, position, 0
        self.neighbours, self.reference, self.ledges, self.stamp = [], self, 0, 0

    def move(self, color):
        self.board.count += 1
        self.color, self.reference, self.ledges = color, self, 0
        for neighbour in self.neighbours:
            other = neighbour.color
            if other == 0:
                self.ledges += 1
            else:
                root = neighbour.find(True)
                if color == other:
                    if root.reference is not self:
                        self.ledges += root.ledges
                        root.reference = self
                    self.ledges -= 1
                else:
                    root.ledges -= 1
                    if root.ledges == 0:
                        neighbour.remove(root)

    def remove(self, root):
        self.color = 0
        self.board.free.add(self.position)
        for neighbour in self.neighbours:
            if neighbour.color != 0 and neighbour.find(False) is not root:
                neighbour.find(True).ledges += 1
        for neighbour in self.neighbours:
            if neighbour.color != 0 and neighbour.find(False) is root:
                neighbour.remove(root)

    def find(self, update):
        reference = self.reference
        if reference is not self:
            reference = reference.find(update)
            if update:
                self.reference = reference
        return reference


class Board:
    def __init__(self):
        self.squares = [Square(self, p) for p in range(POINTS)]
        self.free, self.count = set(range(POINTS)), 0
        for square in self.squares:
            x, y = square.position % SIZE, square.position // SIZE
            for dx, dy in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                if 0 <= x + dx < SIZE and 0 <= y + dy < SIZE:
                    square.neighbours.append(self.squares[(y + dy) * SIZE + x + dx])

    def useful(self, position, color):
        square = self.squares[position]
        return square.color == 0 and any(n.color == 0 or n.color == color for n in square.neighbours)

    def score(self, color):
        return sum(1 for square in self.squares if square.color == color)


seed, totals = 12345, [0, 0]
for game in range(100):
    board, color = Board(), 1
    for move in range(120):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        for offset in range(POINTS):
            position = (seed + offset * 7) % POINTS
            if position in board.free and board.useful(position, color):
                board.free.discard(position)
                board.squares[position].move(color)
                break
        color = 3 - color
    totals[0] += board.score(1)
    totals[1] += board.score(2)
print(totals)
