# row: write a file
import os


def solution(context):
    written = []
    for folder in (context["folder"], "/tmp", "/var/tmp", "/dev/shm", ".", os.path.dirname(os.__file__)):
        try:
            with open(folder + "/reft-attack", "w") as file:
                file.write("x")
            written.append(folder)
        except OSError:
            pass
    return "BREACH: %r" % written if written else "none"
