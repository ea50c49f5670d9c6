"""slowlink.py HOST PORT RATE MOST: a ProxyCommand that takes RATE bytes a second from the server, and after MOST bytes none (0: all).

Small segments and a small buffer: what does not fit through stays with the server."""
import os
import socket
import sys
import threading
import time

host, port, rate, most = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
unhindered = 20000  # the login

server = socket.socket()
server.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1000)
server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
server.connect((host, port))


def upwards():
    while data := os.read(0, 65536):
        server.sendall(data)
    os._exit(0)


threading.Thread(target=upwards, daemon=True).start()
taken = 0
while data := server.recv(4096):
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest):]
    taken += len(data)
    if taken > unhindered:
        time.sleep(len(data) / rate)
    while most and taken > most:
        time.sleep(1)
