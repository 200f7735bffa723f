"""A function in the place of the evaluation loop, set and taken away while loops are hot: it sees every call."""

import _testinternalcapi


def double(number):
    return number + number


def total(rounds, switch):
    result = 0
    for number in range(rounds):
        if number == switch:
            _testinternalcapi.set_eval_frame_record(calls)
        result += double(number)
        if number == switch + 300:
            _testinternalcapi.set_eval_frame_default()
    return result


def nested(rounds):
    return [total(50, -1) for _ in range(rounds)][-1]


calls = []
print(total(2000, -1), len(calls))
print(total(2000, 1000), len(calls), set(calls))
calls.clear()
print(total(2000, 1500), len(calls))
calls.clear()
_testinternalcapi.set_eval_frame_record(calls)
print(nested(20))
_testinternalcapi.set_eval_frame_default()
print(len(calls), sorted(set(calls)))
calls.clear()
print(nested(100), calls)
