# row: time.sleep(1e6)
import time


def solution(context):
    time.sleep(1e6)
