# row: kill the parent
import os
import signal


def solution(context):
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.kill(os.getppid(), number)
    return "BREACH: killed"
