# row: fill the disk
import os
import tempfile


def solution(context):
    with open(os.path.join(tempfile.gettempdir(), "reft-attack-big"), "wb") as file:
        for _ in range(1000):
            file.write(bytes(1 << 20))
    return "BREACH: a gigabyte"
