# row: infinite loop
def solution(context):
    while True:
        pass
