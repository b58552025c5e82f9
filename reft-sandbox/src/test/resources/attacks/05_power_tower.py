# row: 9**9**9
# endless: yes
def solution(context):
    return 9 ** 9 ** 9
