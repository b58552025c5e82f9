# row: 9**9**9
def solution(context):
    return 9 ** 9 ** 9
