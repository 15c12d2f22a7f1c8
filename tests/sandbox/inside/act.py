"""Does what it is told over file 3, inside a sandbox: a program a line, which sets `answer`."""

import json
import socket
import sys


def obey(control: socket.socket) -> None:
    """Run every program, in one namespace, and say what `answer` is then, or what was raised."""
    space: dict = {}
    with control.makefile("rw") as lines:
        for line in lines:
            try:
                exec(json.loads(line), space)
                reply = {"answer": space.pop("answer", None)}
            except Exception as error:
                reply = {"error": type(error).__name__, "text": str(error)}
            lines.write(json.dumps(reply) + "\n")
            lines.flush()


if __name__ == "__main__":
    obey(socket.socket(fileno=int(sys.argv[-1])))
