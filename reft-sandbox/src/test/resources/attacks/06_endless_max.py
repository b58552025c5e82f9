# row: max(itertools.count())
# endless: yes
import itertools


def solution(context):
    return max(itertools.count())
