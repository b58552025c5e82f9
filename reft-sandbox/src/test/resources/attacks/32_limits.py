# row: own: raise its own limits, lower its parent's
import os
import resource


def solution(context):
    done = []
    for pid, limit in ((0, resource.RLIMIT_AS), (0, resource.RLIMIT_CPU), (os.getppid(), resource.RLIMIT_NOFILE)):
        try:
            resource.prlimit(pid, limit, (1 << 40, 1 << 40) if pid == 0 else (0, 0))
            done.append(pid)
        except (OSError, ValueError):
            pass
    return "BREACH: %r" % done if done else "none"
