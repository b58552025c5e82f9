# row: regex bomb
# endless: yes
import re


def solution(context):
    return re.match(r"(a+)+$", "a" * 60 + "b")
