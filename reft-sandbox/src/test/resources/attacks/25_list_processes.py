# row: list other processes
import os


def solution(context):
    return "BREACH: %r" % [name for name in os.listdir("/proc") if name.isdigit()]
