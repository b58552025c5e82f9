# row: os._exit
# task: check
import os


def f(x):
    os._exit(0)
