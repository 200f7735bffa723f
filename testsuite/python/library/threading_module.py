"""threading: locks, conditions, events, queues, locals, timers, errors."""

import queue
import threading
import time

results = []
lock = threading.Lock()


def work(n):
    for _ in range(200):
        with lock:
            results.append(n)


threads = [threading.Thread(target=work, args=(i,), name=f"w{i}") for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(
    len(results),
    sorted(set(results)),
    [t.is_alive() for t in threads],
    threads[0].name,
    threads[0].daemon,
)
print(
    lock.locked(),
    lock.acquire(),
    lock.acquire(blocking=False),
    lock.acquire(timeout=0.01),
    lock.locked(),
    lock.release(),
)
for bad in (
    lambda: lock.release(),
    lambda: threads[0].start(),
    lambda: threading.Thread().join(),
    lambda: threading.RLock().release(),
    lambda: lock.acquire(False, 1),
    lambda: threading.Semaphore(-1),
    lambda: threading.Condition().wait(),
    lambda: threading.Condition().notify(),
    lambda: threading.current_thread().join(),
    lambda: threading.Thread(5),
    lambda: threading.BoundedSemaphore(1).release(),
    lambda: threading.Barrier(0) if False else threading.Barrier(1).wait(),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, e)
r = threading.RLock()
with r, r:
    print("reentrant", r.acquire(blocking=False), r.release())
event = threading.Event()
order = []


def waiter():
    order.append(("waited", event.wait(5)))


t = threading.Thread(target=waiter)
t.start()
order.append("set")
event.set()
t.join()
print(order, event.is_set(), event.wait(0), event.clear(), event.wait(0.001))
condition = threading.Condition()
items = []


def consumer():
    with condition:
        condition.wait_for(lambda: len(items) >= 3)
        order.append(list(items))


t = threading.Thread(target=consumer)
t.start()
for i in range(3):
    with condition:
        items.append(i)
        condition.notify_all()
t.join()
print(order[-1])
q = queue.Queue(maxsize=2)
got = []


def pump():
    while (item := q.get()) is not None:
        got.append(item)
        q.task_done()


t = threading.Thread(target=pump)
t.start()
for i in range(10):
    q.put(i)
q.join()
q.put(None)
t.join()
print(got, q.empty(), q.full(), q.qsize())
for bad in (
    lambda: q.get_nowait(),
    lambda: q.get(timeout=0.01),
    lambda: [q.put_nowait(i) for i in range(5)],
    lambda: queue.Queue().task_done(),
):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
pq, lq, sq = queue.PriorityQueue(), queue.LifoQueue(), queue.SimpleQueue()
for x in (3, 1, 2):
    pq.put(x), lq.put(x), sq.put(x)
print([pq.get() for _ in range(3)], [lq.get() for _ in range(3)], [sq.get() for _ in range(3)])
local = threading.local()
local.x = "main"


def see_local():
    order.append(hasattr(local, "x"))
    local.x = "thread"


t = threading.Thread(target=see_local)
t.start()
t.join()
print(order[-1], local.x)
barrier = threading.Barrier(3)
passed = []
ts = [threading.Thread(target=lambda: passed.append(barrier.wait(5))) for _ in range(3)]
[t.start() for t in ts], [t.join() for t in ts]
print(sorted(passed), barrier.n_waiting, barrier.broken)
timer = threading.Timer(0.01, lambda: order.append("timer"))
timer.start()
timer.join()
cancelled = threading.Timer(10, print)
cancelled.start()
cancelled.cancel()
cancelled.join()
print(
    order[-1],
    threading.current_thread().name,
    threading.main_thread() is threading.current_thread(),
    threading.active_count(),
    [t.name for t in threading.enumerate()],
)
caught = []
threading.excepthook = lambda args: caught.append(
    (args.exc_type.__name__, str(args.exc_value), args.thread.name)
)
t = threading.Thread(target=lambda: 1 / 0, name="failing")
t.start()
t.join()
print(caught)
s = threading.Semaphore(2)
print(s.acquire(), s.acquire(), s.acquire(blocking=False), s.release(2), s.acquire(timeout=0.01))
counter = 0


def spin():
    global counter
    for _ in range(1000):
        with lock2:
            counter += 1


lock2 = threading.Lock()
ts = [threading.Thread(target=spin) for _ in range(5)]
[t.start() for t in ts], [t.join() for t in ts]
print(
    counter,
    threading.get_ident() == threading.main_thread().ident,
    time.monotonic() > 0,
    threading.stack_size(),
)
