# row: poison math and builtins for the next program
import builtins
import json
import math
import sys


def solution(context):
    math.sqrt = lambda x: -1
    math.pi = 3
    builtins.len = lambda x: -1
    json.dumps = lambda *args, **words: "forged"
    sys.modules["statistics"] = None
    for module in list(sys.modules.values()):
        try:
            module.poisoned = True
        except Exception:
            pass
    return "poisoned"
