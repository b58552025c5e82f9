# row: own: change, link, rename or remove what it cannot write
import os


def solution(context):
    claimed = []
    for number, what in enumerate((
        lambda: os.chmod(context["secret"], 0o777),
        lambda: os.rename(context["secret"], context["secret"] + "x"),
        lambda: os.remove(context["secret"]),
        lambda: os.symlink("/etc/passwd", context["folder"] + "/reft-attack-link"),
        lambda: os.link(context["secret"], context["folder"] + "/reft-attack-hard"),
        lambda: os.mkdir(context["folder"] + "/reft-attack-folder"),
        lambda: os.utime(context["secret"], (0, 0)),
        lambda: os.truncate(context["secret"], 0),
        lambda: os.mkfifo(context["folder"] + "/reft-attack-fifo"),
    )):
        try:
            what()
            claimed.append(number)
        except (OSError, AttributeError, NotImplementedError):
            pass
    # WebAssembly's chmod does nothing and says that it did: the test looks at the files itself.
    return "claimed: %r" % claimed if claimed else "none"
