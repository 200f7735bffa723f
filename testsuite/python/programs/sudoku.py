"""Sudoku by constraint propagation and search."""

rows, cols = "ABCDEFGHI", "123456789"
squares = [r + c for r in rows for c in cols]
unitlist = (
    [[r + c for r in rows] for c in cols]
    + [[r + c for c in cols] for r in rows]
    + [[r + c for r in rs for c in cs] for rs in ("ABC", "DEF", "GHI") for cs in ("123", "456", "789")]
)
units = {s: [u for u in unitlist if s in u] for s in squares}
peers = {s: set().union(*units[s]) - {s} for s in squares}


def parse(grid):
    values = {s: cols for s in squares}
    for s, d in zip(squares, grid):
        if d in cols and not assign(values, s, d):
            return None
    return values


def assign(values, s, d):
    return values if all(eliminate(values, s, o) for o in values[s].replace(d, "")) else None


def eliminate(values, s, d):
    if d not in values[s]:
        return values
    values[s] = values[s].replace(d, "")
    if not values[s]:
        return None
    if len(values[s]) == 1 and not all(eliminate(values, p, values[s]) for p in sorted(peers[s])):
        return None
    for u in units[s]:
        places = [q for q in u if d in values[q]]
        if not places or len(places) == 1 and not assign(values, places[0], d):
            return None
    return values


nodes = 0


def search(values):
    global nodes
    nodes += 1
    if values is None or all(len(values[s]) == 1 for s in squares):
        return values
    s = min((q for q in squares if len(values[q]) > 1), key=lambda q: len(values[q]))
    for d in values[s]:
        if result := search(assign(values.copy(), s, d)):
            return result


for grid in (
    "003020600900305001001806400008102900700000008006708200002609500800203009005010300",
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "." * 81,
):
    nodes = 0
    solved = search(parse(grid))
    print(nodes, "".join(solved[s] for s in squares))
print(parse("11" + "." * 79))
