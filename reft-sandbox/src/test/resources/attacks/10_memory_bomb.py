# row: memory bomb
def solution(context):
    held = []
    while True:
        held.append(bytearray(1 << 20))
        if len(held) > 2000:
            return "BREACH: 2 GB"
