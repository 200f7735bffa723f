"""Queues and channels carry objects from one interpreter to another."""

import threading

import _interpchannels
import _interpqueues
import _interpreters
from test.support.interpreters import channels, queues


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__qualname__, error)


print("-- queues")
queue = queues.create(2)
other = _interpreters.create()
_interpreters.exec(other, "from test.support.interpreters import queues")
queue.put({"any": ["object"]})
script = """
print(queue.get_nowait(), queue.maxsize, queue.empty())
queue.put("bound", syncobj=True)
queue.put(2, unbound=queues.UNBOUND_REMOVE)
"""
print(_interpreters.exec(other, script, {"queue": queue}))
attempt(queue.put_nowait, 3)
print(queue.qsize(), queue.full())
_interpreters.destroy(other)
print(queue.qsize())
attempt(queue.get_nowait)
attempt(queue.get_nowait)
attempt(_interpqueues.get, 999)
attempt(_interpqueues.get, "x")
attempt(_interpqueues.put, queue.id, [], 0, 3)
attempt(_interpqueues.create, 0, 0, 7)
print(_interpqueues.get_queue_defaults(queue.id), _interpqueues.list_all() == [(queue.id, 1, 3)])

print("-- channels")
receiver, sender = channels.create()
print(repr(receiver.id), repr(sender.id), receiver.id == sender.id, int(receiver.id) == int(sender.id))
sender.send_nowait((1, "two", None))
attempt(receiver.recv)
attempt(receiver.recv_nowait)
attempt(receiver.recv_nowait, "default")
attempt(sender.send, 1, timeout=0)
other = _interpreters.create()


def answer():
    script = "sender.send(receiver.recv() * 2)"
    print(_interpreters.exec(other, script, {"receiver": receiver, "sender": answers}))


back, answers = channels.create()
thread = threading.Thread(target=answer)
thread.start()
sender.send("ab")
print(back.recv())
thread.join()
print(_interpchannels.list_interpreters(sender.id, send=True))
print(len(_interpchannels.list_interpreters(sender.id, send=False)))
sender.send_buffer_nowait(bytearray(b"xyz"))
attempt(_interpchannels.close, sender.id)
attempt(_interpchannels.close, sender.id, send=True)
print(_interpchannels.get_info(sender.id))
attempt(sender.send_nowait, 1)
print(bytes(receiver.recv()))
attempt(receiver.recv)
print(receiver.is_closed, _interpchannels.get_info(sender.id).closed)
_interpreters.destroy(other)
attempt(_interpchannels.get_info, -1)
attempt(_interpchannels.get_info, 12345)
attempt(_interpchannels.create, 0)
