"""End in the way that the first argument names."""

import os
import signal
import sys
import threading
import time

match sys.argv[1]:
    case "normally":
        threading.Timer(0.2, lambda: os.write(1, b"late")).start()
    case "exit 3":
        sys.exit(3)
    case "exception":
        raise ValueError("on purpose")
    case "_exit 7":
        os._exit(7)
    case "abort":
        os.abort()
    case "signal":
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
        os.write(1, b"ready")
        time.sleep(60)
