# row: thread bomb
import threading
import time


def solution(context):
    made = 0
    for _ in range(200):
        try:
            threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            made += 1
        except RuntimeError:
            pass
    return "BREACH: %d threads" % made if made else "none"
