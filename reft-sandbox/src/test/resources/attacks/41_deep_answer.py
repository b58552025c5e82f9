# row: own: an answer nested without end, and a cycle
# task: check
def f(x):
    value = []
    value.append(value)
    for _ in range(200000):
        value = [value]
    return value
