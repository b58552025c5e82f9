# row: read /etc/shadow, /root as root
import os


def solution(context):
    found = []
    for name in ("/etc/shadow", "/root/.bashrc", "/root/.profile", "/proc/1/environ", context["secret"]):
        try:
            with open(name) as file:
                found.append(file.read(20))
        except OSError:
            pass
    try:
        found += os.listdir("/root")
    except OSError:
        pass
    return "BREACH: %r" % found if found else "none"
