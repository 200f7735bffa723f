"""Decimal arithmetic."""

from decimal import Decimal, getcontext

getcontext().prec = 40
total, term = Decimal(0), Decimal(1)
for i in range(1, 200000):
    total += Decimal(1) / (i * i)
    term = (term * 3 + Decimal("0.1")) % 1000
print(total, term.quantize(Decimal("0.001")))
