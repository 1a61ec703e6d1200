#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""slow.py PORT TOKEN: a browser that first sends nonsense, and then, with the token, says of
nothing that it was shown, until SIGUSR1; it types "still here" once the gateway has stopped
sending."""
import asyncio
import json
import signal
import sys

import aiohttp

PORT, TOKEN = sys.argv[1:]
SIZE = [24, 80]
HELLO = json.dumps({"token": TOKEN, "size": SIZE})
FIRST = ["", "{", "[]", "7", "null", '{"token": 5}', "[" * 100000, json.dumps({"token": TOKEN}),
         json.dumps({"token": TOKEN, "size": ["x", {}]}), json.dumps({"token": TOKEN, "size": [1, 2, 3, 4, 5]})]
LATER = ['{"shown": 1e999}', '{"size": 5}']


async def main():
    async with aiohttp.ClientSession() as session:
        def connect():
            return session.ws_connect(f"http://127.0.0.1:{PORT}/socket", max_msg_size=0, origin=f"http://127.0.0.1:{PORT}")

        refused = 0
        for hello in FIRST + [HELLO + "\n" + bad for bad in LATER]:
            async with connect() as ws:
                for text in hello.split("\n"):
                    await ws.send_str(text)
                async for _ in ws:
                    pass
                refused += ws.close_code in (1008, 4003)
        print(f"nonsense: {refused} refused", flush=True)

        go_on = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, go_on.set)
        async with connect() as ws:
            await ws.send_str(HELLO)
            print("begun" if (await ws.receive_json())["what"] == "begin" else "?", flush=True)
            got = owed = 0
            typed = False
            tail = b""
            while True:
                try:
                    m = await ws.receive(timeout=1)
                except asyncio.TimeoutError:
                    if got > 400000 and not typed:
                        await ws.send_bytes(b"still here\r")
                        typed = True
                    if go_on.is_set():
                        await ws.send_json({"shown": owed})
                        owed = 0
                        if b"still here" in tail:
                            break
                    continue
                if m.type == aiohttp.WSMsgType.BINARY:
                    got, owed, tail = got + len(m.data), owed + len(m.data), (tail + m.data)[-65536:]
                    if owed > 600 << 10:
                        print(f"{owed} bytes unasked", flush=True)
                    if go_on.is_set():
                        await ws.send_json({"shown": owed})
                        owed = 0
                elif m.type != aiohttp.WSMsgType.TEXT:
                    print("closed", flush=True)
                    return
            print("shown:", ", ".join(w for w in ("done", "got <still here>") if w.encode() in tail), flush=True)


asyncio.run(main())
