# row: run a subprocess
import subprocess


def solution(context):
    return "BREACH: " + subprocess.run(["id"], capture_output=True, text=True).stdout
