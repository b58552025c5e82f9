# row: own: ignore every signal, close every descriptor, and stay
# endless: yes
import os
import signal


def solution(context):
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    os.closerange(0, 256) if hasattr(os, "closerange") else None
    while True:
        pass
