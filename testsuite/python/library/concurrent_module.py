"""concurrent.futures and multiprocessing."""

import concurrent.futures as cf
import multiprocessing
import os
import time


def square(x):
    return x * x


def fail(x):
    raise ValueError(f"failed on {x}")


def child(queue, connection, value):
    with value.get_lock():
        value.value += 1
    queue.put(("from child", os.getpid() != os.getppid()))
    connection.send({"received": connection.recv()})
    connection.close()


def main():
    with cf.ThreadPoolExecutor(3, thread_name_prefix="pool") as pool:
        print(list(pool.map(square, range(6))), pool.submit(pow, 2, 5).result())
        future = pool.submit(fail, 1)
        print(repr(future.exception()), future.done(), future.cancelled())
        futures = [pool.submit(square, i) for i in range(4)]
        print(
            sorted(f.result() for f in cf.as_completed(futures)),
            sorted(f.result() for f in cf.wait(futures).done),
        )
        seen = []
        f = pool.submit(square, 3)
        f.add_done_callback(lambda f: seen.append(f.result()))
        f.result()
        try:
            list(pool.map(fail, [7]))
        except ValueError as e:
            print(e)
        try:
            pool.submit(time.sleep, 0.2).result(timeout=0.01)
        except cf.TimeoutError as e:
            print(type(e).__name__)
    print(seen)
    try:
        pool.submit(square, 1)
    except RuntimeError as e:
        print(e)
    f = cf.Future()
    print(f.cancel(), f.cancelled(), f.running())
    try:
        f.result()
    except cf.CancelledError as e:
        print(type(e).__name__)
    context = multiprocessing.get_context("fork")
    with cf.ProcessPoolExecutor(2, mp_context=context) as pool:
        print(list(pool.map(square, range(5), chunksize=2)))
        try:
            pool.submit(fail, 2).result()
        except ValueError as e:
            print(e, type(e.__cause__).__name__)
    with context.Pool(2) as pool:
        print(
            pool.map(square, [1, 2, 3]),
            pool.apply(square, (9,)),
            pool.apply_async(square, (4,)).get(),
            sorted(pool.imap_unordered(square, range(4))),
            pool.starmap(pow, [(2, 3)]),
        )
    queue = context.Queue()
    here, there = context.Pipe()
    value = context.Value("i", 41)
    process = context.Process(target=child, args=(queue, there, value), name="worker")
    process.start()
    here.send([1, "two", {"three": 3}])
    print(queue.get(), here.recv(), process.name)
    process.join()
    print(process.exitcode, process.is_alive(), value.value)
    array = context.Array("d", [1.5, 2.5])
    lock, event = context.Lock(), context.Event()
    with lock:
        array[0] = 9.5
    event.set()
    print(array[:], event.is_set())
    process = context.Process(target=os._exit, args=(3,))
    process.start()
    process.join()
    print(process.exitcode)
    with context.Manager() as manager:
        shared = manager.dict(a=1)
        shared["b"] = manager.list([1]) is not None
        print(dict(shared))
    from multiprocessing import shared_memory

    memory = shared_memory.SharedMemory(create=True, size=16)
    memory.buf[:3] = b"abc"
    other = shared_memory.SharedMemory(memory.name)
    print(bytes(other.buf[:3]))
    other.close()
    memory.close()
    memory.unlink()
    print(
        multiprocessing.get_all_start_methods(),
        multiprocessing.current_process().name,
        multiprocessing.parent_process(),
    )


if __name__ == "__main__":
    main()
