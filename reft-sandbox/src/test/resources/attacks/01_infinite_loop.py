# row: infinite loop
# endless: yes
def solution(context):
    while True:
        pass
