"""From where relative imports start: `__package__`, `__spec__.parent`, or `__name__`, and what is said if these disagree or are wrong."""

import types
import warnings


def show(**names):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            module = __import__("", names, {}, ["decoder"], 1)
            print(module.__name__, end=" ")
        except Exception as error:
            print(type(error).__name__, error, end=" ")
    print([(warning.category.__name__, str(warning.message)) for warning in told])


spec = types.SimpleNamespace
show(__package__="json", __spec__=spec(parent="json"))
show(__package__="json", __spec__=spec(parent="os"))
show(__package__="json", __spec__=None)
show(__package__="json", __spec__=spec())
show(__package__=None, __spec__=spec(parent="json"))
show(__spec__=spec(parent=42))
show(__package__=42, __spec__=spec(parent="json"))
show(__name__="json.tool")
show(__name__="json", __path__=[])
show(__name__=42)
show(__name__="json")
show()


class Odd(str):
    def __eq__(self, other):
        raise ZeroDivisionError

    __hash__ = str.__hash__


show(__package__="json", __spec__=spec(parent=Odd("json")))
