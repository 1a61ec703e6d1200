#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""browser.py PORT COMMAND ARGUMENT... : tells the first page of a Chromium, by its DevTools
protocol on that port, what to do.
  go URL; eval EXPRESSION (prints its value); type TEXT; key NAME; size WIDTH HEIGHT; shot FILE"""
import asyncio
import base64
import json
import sys

import aiohttp

KEYS = {"Enter": (13, "\r"), "ArrowUp": (38, ""), "F1": (112, "")}


async def main(port, command, *arguments):
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        async with session.get(f"http://127.0.0.1:{port}/json/list") as r:
            page = next(t for t in await r.json() if t["type"] == "page")
        async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as ws:
            async def call(method, **parameters):
                await ws.send_json({"id": 1, "method": method, "params": parameters})
                while True:
                    m = await ws.receive_json()
                    if m.get("id") == 1:
                        if "error" in m:
                            sys.exit(f"{method}: {m['error']}")
                        return m["result"]

            async def press(key, code, text):
                k = {"key": key, "code": key if len(key) > 1 else "", "windowsVirtualKeyCode": code}
                await call("Input.dispatchKeyEvent", type="keyDown", text=text, **k)
                await call("Input.dispatchKeyEvent", type="keyUp", **k)

            if command == "go":
                await call("Page.navigate", url=arguments[0])
            elif command == "eval":
                r = await call("Runtime.evaluate", expression=arguments[0], returnByValue=True, awaitPromise=True)
                if "exceptionDetails" in r:
                    sys.exit(json.dumps(r["exceptionDetails"]))
                v = r["result"].get("value")
                print(v if isinstance(v, str) else json.dumps(v))
            elif command == "type":
                for ch in arguments[0]:
                    await press(ch, ord(ch.upper()), ch)
            elif command == "key":
                await press(arguments[0], *KEYS[arguments[0]])
            elif command == "size":
                w = await call("Browser.getWindowForTarget")
                await call("Browser.setWindowBounds", windowId=w["windowId"],
                           bounds={"width": int(arguments[0]), "height": int(arguments[1])})
            elif command == "shot":
                with open(arguments[0], "wb") as f:
                    f.write(base64.b64decode((await call("Page.captureScreenshot", format="png"))["data"]))


asyncio.run(main(*sys.argv[1:]))
