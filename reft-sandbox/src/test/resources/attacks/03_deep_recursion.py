# row: deep recursion
import sys


def solution(context):
    sys.setrecursionlimit(10 ** 9)
    class Deep:
        def __getattr__(self, name):
            return getattr(self, name + "x")
    return Deep().a
