#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""websocket.py PORT MESSAGE : a WebSocket client that is no browser. It sends the message,
then prints what comes, and at the end how it was closed."""
import asyncio
import sys

import aiohttp


async def main(port, message):
    here = f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session, session.ws_connect(here + "/socket", origin=here) as ws:
        await ws.send_str(message)
        async for m in ws:
            print(m.data if isinstance(m.data, str) else m.data.decode(errors="replace"), flush=True)
        print(f"closed {ws.close_code}")


asyncio.run(main(*sys.argv[1:]))
