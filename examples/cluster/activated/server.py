# A socket-activated server, as systemd would start it: it inherits its listening socket as descriptor 3
# (sd_listen_fds). When it is asked to end, it finishes the current requests.
import asyncio
import os
import signal
import socket

SILENCE = 5  # seconds after which a server that is ending closes connections without a request


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.ending = False
        self.connections = set()
        self.idle = set()

    def begin(self):
        self.listener.setblocking(False)
        asyncio.get_running_loop().add_reader(self.listener, self.accept)

    # When asyncio.start_server is closed, it drops connections that it has accepted but not yet begun to
    # serve. This server counts a connection from the moment at which it is accepted.
    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except (BlockingIOError, ConnectionError):
            return  # another process was faster, or the client has disconnected
        task = asyncio.create_task(self.serve(connection))
        self.connections.add(task)
        self.idle.add(task)
        task.add_done_callback(self.connections.discard)
        task.add_done_callback(self.idle.discard)

    async def serve(self, connection):
        try:
            reader, writer = await asyncio.open_connection(sock=connection)
            while await self.request(reader, writer):
                pass
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client has disconnected
        finally:
            connection.close()

    async def request(self, reader, writer):
        me = asyncio.current_task()
        self.idle.add(me)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
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

    async def end(self):
        # Connections that wait in the socket are left to the other processes, which have it too.
        asyncio.get_running_loop().remove_reader(self.listener)
        self.ending = True
        silent = 0
        while self.connections and silent < SILENCE:
            await asyncio.sleep(0.1)
            silent = silent + 0.1 if self.connections == self.idle else 0


async def main():
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        raise SystemExit("no listening socket was passed: LISTEN_PID is not mine")
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    server = Server(socket.socket(fileno=3))
    server.begin()  # last, because a process that accepts connections may be asked to end
    await ended.wait()
    await server.end()


asyncio.run(main())
