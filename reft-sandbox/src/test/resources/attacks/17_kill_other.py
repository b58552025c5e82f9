# row: kill another process
import os


def solution(context):
    killed = []
    for pid in (context["pid"], -1, 0):
        try:
            os.kill(pid, 15)
            killed.append(pid)
        except OSError:
            pass
    return "BREACH: %r" % killed if killed else "none"
