# row: ctypes null read
import ctypes


def solution(context):
    return "BREACH: %r" % ctypes.c_int.from_address(0).value
