# row: 10**10**8
# endless: yes
def solution(context):
    return 10 ** 10 ** 8
