# row: read /etc/passwd
def solution(context):
    with open("/etc/passwd") as file:
        return "BREACH: " + file.read(20)
