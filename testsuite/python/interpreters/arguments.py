"""What the modules of interpreters say of wrong arguments."""

import _interpchannels as channels
import _interpqueues as queues
import _interpreters as interpreters

made = interpreters.create()


def attempt(function, *args, **kwargs):
    try:
        print(function(*args, **kwargs))
    except Exception as error:
        print(type(error).__name__, error)


attempt(interpreters.call, made, print, None)
attempt(interpreters.call, made, print, kwargs=None)
attempt(interpreters.call)
attempt(interpreters.call, made)
attempt(interpreters.call, made, 1, 2, 3, 4, 5)
attempt(interpreters.call, made, lambda: 1, x=1)
attempt(interpreters.call, made, lambda: 1, restrict=[])
attempt(interpreters.exec, made, "1", None)
attempt(interpreters.exec)
attempt(interpreters.run_string, 1)
attempt(interpreters.run_string, made, "1", None)
attempt(interpreters.run_string, made, 1)
attempt(interpreters.run_func)
attempt(interpreters.set___main___attrs)
attempt(interpreters.new_config, 1)
attempt(interpreters.create, 1, 2, 3)
for odd in "x", -1, 10**30:
    attempt(interpreters.destroy, odd)
    attempt(channels.destroy, odd)
    attempt(queues.destroy, odd)
attempt(channels.send, 1)
for function in (
    "recv", "create", "close", "release", "list_interpreters", "get_info", "_channel_id", "send_buffer",
    "get_channel_defaults", "destroy", "get_count",
):
    attempt(getattr(channels, function))
attempt(queues.put)
attempt(queues.create, "a", 1, 1)
interpreters.destroy(made)
