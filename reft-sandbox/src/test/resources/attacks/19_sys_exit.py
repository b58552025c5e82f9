# row: sys.exit
# task: check
import sys


def f(x):
    sys.exit(0)
