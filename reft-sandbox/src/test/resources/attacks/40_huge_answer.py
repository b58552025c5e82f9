# row: own: a value whose text has no end
# endless: yes
class Value:
    def __str__(self):
        return "x" * (20 << 20)

    def __float__(self):
        while True:
            pass


def solution(context):
    return Value()
