# row: connect to a loopback server
import socket


def solution(context):
    connection = socket.create_connection(("127.0.0.1", context["port"]), timeout=1)
    connection.sendall(b"hello")
    return "BREACH: connected"
