# row: 2 GB of output
def solution(context):
    for _ in range(2 << 10):
        print("x" * (1 << 20))
    return "BREACH: all written"
