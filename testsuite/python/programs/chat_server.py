"""A chat server with rooms, on asyncio streams, and the clients that talk to it."""

import asyncio
import json


class Room:
    def __init__(self, name):
        self.name = name
        self.members = {}
        self.history = []

    async def say(self, who, text):
        self.history.append((who, text))
        await self.tell({"room": self.name, "from": who, "text": text})

    async def tell(self, message):
        for writer in list(self.members.values()):
            await send(writer, message)


async def send(writer, message):
    writer.write(json.dumps(message).encode() + b"\n")
    await writer.drain()


class Server:
    def __init__(self):
        self.rooms = {}
        self.connections = 0

    async def handle(self, reader, writer):
        self.connections += 1
        name, room = None, None
        try:
            async for line in reader:
                match json.loads(line):
                    case {"join": str(where), "name": str(name)}:
                        room = self.rooms.setdefault(where, Room(where))
                        room.members[name] = writer
                        await room.tell({"joined": name, "members": sorted(room.members)})
                    case {"say": text} if room:
                        await room.say(name, text)
                    case {"quit": _}:
                        break
                    case other:
                        await send(writer, {"error": f"what is {other}?"})
        except json.JSONDecodeError as error:
            await send(writer, {"error": error.msg})
        finally:
            if room:
                room.members.pop(name, None)
                await room.tell({"left": name})
            writer.close()
            await writer.wait_closed()


class Client:
    @classmethod
    async def connect(cls, port, name, room):
        self = cls()
        self.name = name
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        await send(self.writer, {"join": room, "name": name})
        return self

    async def read(self, wanted):
        """Messages up to the first that has the key."""
        while True:
            message = json.loads(await asyncio.wait_for(self.reader.readline(), 30))
            if wanted in message:
                return message

    async def say(self, text):
        await send(self.writer, {"say": text})

    async def close(self):
        await send(self.writer, {"quit": True})
        rest = await self.reader.read()
        self.writer.close()
        await self.writer.wait_closed()
        return rest


async def talk(port):
    ann = await Client.connect(port, "ann", "tea")
    print(await ann.read("joined"))
    bob = await Client.connect(port, "bob", "tea")
    print(await bob.read("joined"), await ann.read("joined"))
    await ann.say("hello")
    print(await bob.read("text"))
    await bob.say("hi, ann \N{HOT BEVERAGE}")
    print([(await ann.read("text"))["text"] for _ in range(2)])
    await send(bob.writer, {"dance": 1})
    print(await bob.read("error"))
    print(await bob.close())
    print(await ann.read("left"))
    ann.writer.write(b"{no json\n")
    print(await ann.read("error"))
    print(await ann.reader.read())


async def crowd(port, size):
    clients = await asyncio.gather(*(Client.connect(port, f"c{i}", "hall") for i in range(size)))
    for client in clients:
        while len((await client.read("joined"))["members"]) < size:
            pass
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.say(f"I am {client.name}"))
    heard = [{(await client.read("text"))["from"] for _ in range(size)} for client in clients]
    print(len(heard), all(len(names) == size for names in heard))
    await asyncio.gather(*(client.close() for client in clients))


async def main():
    # Debug mode reports callbacks that take longer, which on a busy machine any may.
    asyncio.get_running_loop().slow_callback_duration = 60
    chat = Server()
    server = await asyncio.start_server(chat.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, asyncio.timeout(60):
        await talk(port)
        await crowd(port, 8)
    print(chat.connections, sorted(chat.rooms), chat.rooms["tea"].history, server.is_serving())


asyncio.run(main())
asyncio.run(main(), debug=True)
