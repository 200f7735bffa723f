"""Tasks, queues and gather on one event loop."""

import asyncio


async def worker(queue, results):
    while (item := await queue.get()) is not None:
        await asyncio.sleep(0)
        results.append(item * 2)


async def main():
    results = []
    for _ in range(5):
        queue = asyncio.Queue(100)
        workers = [asyncio.create_task(worker(queue, results)) for _ in range(20)]
        for i in range(4000):
            await queue.put(i)
        for _ in workers:
            await queue.put(None)
        await asyncio.gather(*workers)
    return sum(results)


print(asyncio.run(main()))
