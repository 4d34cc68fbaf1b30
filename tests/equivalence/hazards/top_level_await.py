# Coroutines are awaited at the top level; a task's result is kept.
# expect: equal
# %%
import asyncio
# %%
async def fetch(n):
    await asyncio.sleep(0.001)
    return n * 2


log = []
# %%
first = await fetch(3)
results = await asyncio.gather(*(fetch(n) for n in range(3)))
# %%
async def ticker(to):
    for i in range(to):
        await asyncio.sleep(0)
        yield i


async for i in ticker(3):
    log.append(i)
# %%
async with asyncio.timeout(5):
    results.append(await fetch(first))
print(results, log, i)
# %%
[x async for x in ticker(2)] + results
