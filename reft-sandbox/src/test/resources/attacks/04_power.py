# row: 10**10**8
def solution(context):
    return 10 ** 10 ** 8
