#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""hangfile.py SOCKET COUNT FOLDER : connects COUNT times, each time with a descriptor of a file of a FUSE
file system of its own, whose server answers no close. Says "sent" or, where it may not
mount, "unable". The closes go on when it ends."""
import ctypes, os, signal, socket, struct, sys

CLONE_NEWNS, MS_PRIVATE_REC = 0x20000, 0x44000
LOOKUP, GETATTR, OPEN, FLUSH, INIT = 1, 3, 14, 25, 26
libc = ctypes.CDLL(None, use_errno=True)


def attr(ino, mode):
    return struct.pack('<6Q10I', ino, 0, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 512, 0)


def mount(where):
    """The server's descriptor, or None."""
    try:
        dev = os.open('/dev/fuse', os.O_RDWR)
    except OSError:
        return None
    options = f'fd={dev},rootmode=40000,user_id=0,group_id=0'
    if libc.unshare(CLONE_NEWNS) or libc.mount(b'none', b'/', None, MS_PRIVATE_REC, None):
        return None
    return None if libc.mount(b'hangfile', where.encode(), b'fuse', 0, options.encode()) else dev


def serve(dev):
    while True:
        asked = os.read(dev, 1 << 18)
        _, op, unique, node = struct.unpack('<IIQQ', asked[:24])
        answer, error = b'', 0
        if op == FLUSH:
            continue
        if op == INIT:
            answer = struct.pack('<4I2H2I2HI', 7, 31, 65536, 0, 12, 10, 65536, 1, 1, 0, 0) + bytes(24)
        elif op == LOOKUP:
            answer = struct.pack('<4QII', 2, 0, 1000, 1000, 0, 0) + attr(2, 0o100666)
        elif op == GETATTR:
            answer = struct.pack('<QII', 1000, 0, 0) + attr(node, 0o40755 if node == 1 else 0o100666)
        elif op == OPEN:
            answer = struct.pack('<QII', 1, 0, 0)
        else:
            error = -38
        os.write(dev, struct.pack('<IiQ', 16 + len(answer), error, unique) + answer)


def send(dev, path, count, file):
    os.close(dev)
    held = [os.open(file, os.O_RDWR)]
    for _ in range(count):
        s = socket.socket(socket.AF_UNIX)
        s.connect(path)
        socket.send_fds(s, [bytes.fromhex('f5010099000000015a')], held[:1])
        held.append(s)
    print('sent', flush=True)
    signal.pause()


where = sys.argv[3]
dev = mount(where)
if dev is None:
    print('unable', flush=True)
    sys.exit(0)
child = os.fork()
if child == 0:
    libc.prctl(1, signal.SIGKILL)
    send(dev, sys.argv[1], int(sys.argv[2]), where + '/file')
signal.alarm(60)  # a head that waits for it cannot even be killed
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
serve(dev)
