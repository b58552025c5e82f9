# row: max(itertools.count())
import itertools


def solution(context):
    return max(itertools.count())
