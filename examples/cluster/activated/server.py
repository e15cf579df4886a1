# A socket-activated server, as systemd would start it: it takes its listening socket as descriptor 3
# (sd_listen_fds) and, asked to end, finishes what it has begun.
import asyncio
import os
import signal
import socket


class Server:
    def __init__(self):
        self.ending = False
        self.connections = set()
        self.idle = set()

    async def serve(self, reader, writer):
        me = asyncio.current_task()
        self.connections.add(me)
        try:
            while await self.request(reader, writer, me):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self.connections.discard(me)
            writer.close()

    async def request(self, reader, writer, me):
        self.idle.add(me)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        finally:
            self.idle.discard(me)
        lines = head.split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        answer = f"{os.getpid()} {os.environ.get('VERSION', '1')}\n"
        if lines[0].startswith("POST"):
            left = total = int(headers["content-length"])
            while left > 0:
                left -= len(await reader.readexactly(min(left, 65536)))
            answer = f"{total}\n"
        last = self.ending or headers.get("connection") == "close"
        writer.write(
            f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\n"
            f"Connection: {'close' if last else 'keep-alive'}\r\n\r\n{answer}".encode()
        )
        await writer.drain()
        return not last

    async def end(self, listener):
        self.ending = True
        listener.close()
        # Who is in a request gets the answer; who is silent for a second has nothing under way.
        silent = 0
        await asyncio.sleep(0.2)  # what was accepted last has begun by then
        while self.connections and silent < 10:
            await asyncio.sleep(0.1)
            silent = silent + 1 if self.connections == self.idle else 0


async def main():
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        raise SystemExit("no listening socket was passed: LISTEN_PID is not mine")
    server = Server()
    listener = await asyncio.start_server(server.serve, sock=socket.socket(fileno=3))
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    await ended.wait()
    await server.end(listener)


asyncio.run(main())
