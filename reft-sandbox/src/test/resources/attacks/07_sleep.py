# row: time.sleep(1e6)
# endless: yes
import time


def solution(context):
    time.sleep(1e6)
