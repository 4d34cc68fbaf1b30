# An async client class with a semaphore made inside, and results over cells.
# expect: equal
# %%
import asyncio
from dataclasses import dataclass, field
# %%
@dataclass
class Client:
    delay: float = 0.001
    asked: list = field(default_factory=list)

    async def get(self, name):
        async with asyncio.Semaphore(2):
            await asyncio.sleep(self.delay)
        self.asked.append(name)
        return {"name": name, "n": len(self.asked)}

    async def __aenter__(self):
        self.asked.append("open")
        return self

    async def __aexit__(self, *error):
        self.asked.append("close")
# %%
client = Client()
one = await client.get("a")
# %%
async with client as same:
    two = await same.get("b")
# %%
print(client.asked, one, two, same is client)
# %%
answers = await asyncio.wait_for(asyncio.gather(*map(client.get, "cd")), 5)
[answer["name"] for answer in answers]
# %%
client.asked
