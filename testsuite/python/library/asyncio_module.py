"""asyncio: tasks, gather, timeouts, queues, locks, cancellation, streams."""

import asyncio
import contextvars


async def double(x, delay=0):
    await asyncio.sleep(delay)
    return x * 2


async def basics():
    print(await double(1), await asyncio.gather(double(2, 0.01), double(3), double(4)))
    task = asyncio.create_task(double(5), name="named")
    print(task.done(), task.get_name(), await task, task.done(), task.result(), task.exception())
    async with asyncio.TaskGroup() as group:
        a, b = group.create_task(double(6)), group.create_task(double(7))
    print(a.result(), b.result())
    done, pending = await asyncio.wait(
        [asyncio.create_task(double(8)), asyncio.create_task(double(9, 10))],
        return_when=asyncio.FIRST_COMPLETED,
    )
    print([t.result() for t in done], len(pending))
    for t in pending:
        t.cancel()
    print(await asyncio.gather(*pending, return_exceptions=True))
    print([await c for c in asyncio.as_completed([double(1, 0.02), double(2)])])


async def failing(message, delay=0):
    await asyncio.sleep(delay)
    raise ValueError(message)


async def errors():
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except TimeoutError as e:
        print("timeout", repr(e))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout block")
    print(await asyncio.gather(failing("a"), double(1), return_exceptions=True))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(failing("one"))
            group.create_task(failing("two"))
            slow = group.create_task(asyncio.sleep(10))
    except* ValueError as eg:
        print(eg, sorted(map(str, eg.exceptions)), slow.cancelled())
    task = asyncio.create_task(asyncio.sleep(10))
    await asyncio.sleep(0)
    task.cancel("reason")
    try:
        await task
    except asyncio.CancelledError as e:
        print("cancelled", e.args, task.cancelled())
    try:
        await asyncio.shield(failing("shielded"))
    except ValueError as e:
        print(e)
    future = asyncio.get_running_loop().create_future()
    future.set_result(1)
    try:
        future.set_result(2)
    except asyncio.InvalidStateError as e:
        print(type(e).__name__, e)


async def cleanup():
    try:
        await asyncio.sleep(10)
    finally:
        print("cleanup runs")


async def synchronise():
    queue, lock, event, semaphore = asyncio.Queue(2), asyncio.Lock(), asyncio.Event(), asyncio.Semaphore(2)
    log = []

    async def producer():
        for i in range(4):
            await queue.put(i)
            log.append(f"put {i}")
        await queue.put(None)

    async def consumer():
        while (item := await queue.get()) is not None:
            log.append(f"got {item}")

    await asyncio.gather(producer(), consumer())
    print(log)
    async with lock:
        print(lock.locked())

    async def wait_event():
        await event.wait()
        return "event"

    waiter = asyncio.create_task(wait_event())
    asyncio.get_running_loop().call_soon(event.set)
    print(await waiter)
    active = peak = 0

    async def limited():
        nonlocal active, peak
        async with semaphore:
            active += 1
            peak = max(peak, active)
            await asyncio.sleep(0.001)
            active -= 1

    await asyncio.gather(*(limited() for _ in range(6)))
    print(peak)
    task = asyncio.create_task(cleanup())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    print(
        await asyncio.to_thread(sum, [1, 2]),
        await asyncio.get_running_loop().run_in_executor(None, len, "abc"),
    )
    var = contextvars.ContextVar("var", default="d")

    async def set_var():
        var.set("changed")
        return var.get()

    print(await asyncio.create_task(set_var()), var.get(), await set_var(), var.get())


async def echo():
    async def handle(reader, writer):
        while line := await reader.readline():
            writer.write(line.upper())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello\nworld\n")
    writer.write_eof()
    print(await reader.read())
    writer.close()
    await writer.wait_closed()
    server.close()
    await server.wait_closed()
    process = await asyncio.create_subprocess_exec("sort", stdin=-1, stdout=-1)
    print(await process.communicate(b"b\na\n"), process.returncode)


for main in (basics, errors, synchronise, echo):
    print("#", main.__name__)
    asyncio.run(main())
try:
    asyncio.run(failing("out of run"))
except ValueError as e:
    print(e)
try:
    asyncio.get_running_loop()
except RuntimeError as e:
    print(e)
with asyncio.Runner() as runner:
    print(runner.run(double(21)))
loop = asyncio.new_event_loop()
loop.call_later(0.02, loop.stop)
loop.call_soon(print, "soon")
loop.call_later(0.01, print, "later")
loop.run_forever()
print(loop.run_until_complete(double(3)), loop.is_running())
loop.close()
print(loop.is_closed())
