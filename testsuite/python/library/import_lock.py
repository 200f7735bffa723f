"""The lock of all imports: threads wait for it, its thread may take it again, and a fork waits for other threads' imports."""

import _imp
import os
import sys
import threading
import warnings

warnings.simplefilter("ignore")
print(_imp.lock_held())
try:
    _imp.release_lock()
except RuntimeError as error:
    print(error)
_imp.acquire_lock()
_imp.acquire_lock()
print(_imp.lock_held())
_imp.release_lock()
print(_imp.lock_held())

order = []


def other():
    try:
        _imp.release_lock()
    except RuntimeError as error:
        order.append(str(error))
    started.set()
    _imp.acquire_lock()
    order.append("other")
    _imp.release_lock()


started = threading.Event()
thread = threading.Thread(target=other)
thread.start()
started.wait()
order.append("main")
_imp.release_lock()
thread.join()
print(order, _imp.lock_held())


def importer():
    _imp.acquire_lock()
    sys.modules["half"] = "partial"
    started.set()
    release.wait(0.05)
    sys.modules["half"] = "complete"
    _imp.release_lock()


started.clear()
release = threading.Event()
thread = threading.Thread(target=importer)
thread.start()
started.wait()
sys.stdout.flush()
child = os.fork()
if child == 0:
    print("child sees", sys.modules["half"], _imp.lock_held(), flush=True)
    _imp.acquire_lock()
    _imp.release_lock()
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
thread.join()
print(_imp.lock_held())
