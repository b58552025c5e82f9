# row: environment secrets
import os


def solution(context):
    seen = {name: value for name, value in os.environ.items() if context["word"] in value or name in ("HOME", "USER", "PATH")}
    try:
        with open("/proc/self/environ") as file:
            seen["initial"] = file.read()
    except OSError:
        pass
    return "BREACH: %r" % seen if seen else "none"
