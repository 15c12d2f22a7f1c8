"""Run programs that arrive over file 3, one on each line; each may set `answer`."""

import json
import socket
import sys


def run_programs(connection: socket.socket) -> None:
    """Run every program in one namespace; reply with its `answer`, or with what it raised."""
    space: dict = {}
    with connection.makefile("rw") as lines:
        for line in lines:
            try:
                exec(json.loads(line), space)
                reply = {"answer": space.pop("answer", None)}
            except Exception as error:
                reply = {"error": type(error).__name__, "text": str(error)}
            lines.write(json.dumps(reply) + "\n")
            lines.flush()


if __name__ == "__main__":
    run_programs(socket.socket(fileno=int(sys.argv[-1])))
