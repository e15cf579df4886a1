import os

STATUS = "503 Service Unavailable" if os.environ.get("UNREADY") == "1" else "200 OK"


def app(environ, start_response):
    body = f"{os.getpid()}\n".encode()
    start_response(STATUS, [("Content-Length", str(len(body)))])
    return [body]
