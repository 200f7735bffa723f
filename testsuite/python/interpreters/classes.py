"""Classes that interpreters share keep what belongs to them when another interpreter has begun with them, and has ended."""

import _interpreters
import datetime
import decimal

SCRIPT = """
import datetime, decimal
print(datetime.timezone.utc is datetime.UTC, datetime.timezone(datetime.timedelta(0)) is datetime.timezone.utc)
print(datetime.date.max, datetime.timedelta.resolution, decimal.Decimal('1.5') + 1)
"""


def show():
    print(datetime.timezone.utc is datetime.UTC, datetime.timezone(datetime.timedelta(0)) is datetime.timezone.utc)
    print(datetime.datetime.min, datetime.time.max, datetime.timedelta.max, datetime.timezone.min)
    try:
        decimal.Decimal(1) / 0
    except decimal.DivisionByZero as error:
        print(repr(error))


show()
for _ in range(2):
    made = _interpreters.create()
    print(_interpreters.run_string(made, SCRIPT))
    show()
    _interpreters.destroy(made)
    show()
