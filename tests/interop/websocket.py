#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""websocket.py PORT [NAME:VALUE]... -- [MESSAGE]... : a WebSocket client that is no browser.
It sends the messages (b'...' as bytes), then prints what comes; `!hold` reads nothing until
the standard input ends; `!drop` says no more and leaves. A refusal is its status."""
import asyncio
import sys

import aiohttp


async def main(port, *arguments):
    split = arguments.index("--")
    headers = {"Origin": f"http://127.0.0.1:{port}"} | dict(a.split(":", 1) for a in arguments[:split])
    async with aiohttp.ClientSession() as session:
        try:
            ws = await session.ws_connect(f"http://127.0.0.1:{port}/socket", headers=headers, max_msg_size=0)
        except aiohttp.WSServerHandshakeError as e:
            print(f"refused {e.status}")
            return
        for m in arguments[split + 1:]:
            if m == "!hold":
                ws._writer.transport.pause_reading()
                await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
                ws._writer.transport.resume_reading()
            elif m == "!drop":
                ws._writer.transport.abort()
                return
            elif m.startswith("b'"):
                await ws.send_bytes(m[2:-1].encode())
            else:
                await ws.send_str(m)
        async for m in ws:
            print(m.data if isinstance(m.data, str) else m.data.decode(errors="replace"), flush=True)
        print(f"closed {ws.close_code}")


asyncio.run(main(*sys.argv[1:]))
