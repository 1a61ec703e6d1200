# SPDX-License-Identifier: ISC
# typist.py KIND COMMAND... : types at the shell that COMMAND is what README says for that
# kind of machine, and then what people get wrong; prints all that it shows.
import os, pty, re, select, sys, time

kind, argv = sys.argv[1], sys.argv[2:]
PROMPT = "newcomer# "
readme = open(os.path.join(os.path.dirname(__file__), "../../README.md")).read()

pid, fd = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)


def until(what, limit):
    """All that comes until a line matches."""
    text = ""
    end = time.time() + limit
    while not re.search(what, text):
        if time.time() > end:
            raise SystemExit(f"\n--- waited {limit} s in vain for {what!r}; the last of it:\n{text[-3000:]}")
        if select.select([fd], [], [], 0.1)[0]:
            try:
                text += os.read(fd, 65536).decode(errors="replace")
            except OSError:
                break
    return text


def plain(text):
    text = re.sub(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|[()].|.)", "", text).replace("\r\n", "\n")
    return re.sub(r"[^\n]*\r(?=[^\n])", "", text)


def type_command(command, limit=300):
    began = time.time()
    os.write(fd, (command + "\n").encode())
    shown = until(re.escape(PROMPT) + "$", limit)
    lines = plain(shown).split("\n")
    if len(lines) > 34:
        lines = lines[:14] + [f"    [... {len(lines) - 28} lines ...]"] + lines[-14:]
    print("\n".join(lines[:-1]))
    print(f"    [{time.time() - began:.1f} s]", flush=True)
    return plain(shown)


def of_readme(first):
    """The indented block of README from the line that begins with `first` on."""
    block = readme[readme.index("    " + first):]
    lines = []
    for line in block.split("\n"):
        if line and not line.startswith("    "):
            break
        lines.append(line[4:])
    return "\n".join(lines).rstrip()


def commands(block):
    """Lines as they are typed: a here-document is one."""
    result, here = [], None
    for line in block.split("\n"):
        if here is not None:
            result[-1] += "\n" + line
            if line == here:
                here = None
            continue
        line = re.sub(r"\s+# .*", "", line)
        if not line.strip():
            continue
        result.append(line)
        if "<<'EOF'" in line:
            here = "EOF"
    return result


os.write(fd, f"PS1='{PROMPT}'; PS2=; stty -echo rows 40 cols 100; clear\n".encode())
until(re.escape(PROMPT) + "$", 20)
os.write(fd, b"stty echo\n")
until(re.escape(PROMPT) + "$", 20)
print(f"=== {kind}")
if kind == "systemd":
    for _ in range(100):
        os.write(fd, b"systemctl is-system-running\n")
        if re.search(r"\n(running|degraded)", plain(until(re.escape(PROMPT) + "$", 20))):
            break
        time.sleep(0.2)

typed = commands(of_readme("apt-get install -y git"))
if kind == "s6":
    typed = typed[:2] + commands(of_readme("make setup-build && apt-get install -y s6"))
elif kind == "run":
    typed = typed[:3] + commands(of_readme("ptyhead-run -n"))
typed = [re.sub(r"git clone \S+", "git clone file:///srv/s6-ptyexec", c) for c in typed]
typed = typed[: [i for i, c in enumerate(typed) if c.startswith("ptyhead-attach")][0] + 1]

began = time.time()
os.write(fd, b"apt-get -q update 2>&1 | tail -1\n")
print(plain(until(re.escape(PROMPT) + "$", 200)))
print(f"    [the package lists: {time.time() - began:.1f} s, not counted]")

began = time.time()
for command in typed[:-1]:
    type_command(command)
print(f"    [{len(typed)} commands]")
os.write(fd, (typed[-1] + "\n").encode())
shown = until(r"load average|COMMAND|%Cpu", 20)
print(plain(shown)[:1500])
seconds = time.time() - began
print(f"=== {kind}: {seconds:.1f} s and {len(typed)} commands from the clone to the first attach", flush=True)
os.write(fd, b"\x1c")
print(plain(until(re.escape(PROMPT) + "$", 10))[-300:])

ERRORS = {
    "systemd": [
        "systemctl status monitor --no-pager | head -12", "ptyhead-attach wal", "ptyhead-attach", "ptyhead-show wall | head -3",
        "ptyhead-list", "systemctl stop ptyhead@wall.socket", "ptyhead-attach wall </dev/null", "systemctl restart ptyhead@wall.socket",
        "ptyhead-list", "systemctl restart ptyhead@wall.service", "ptyhead-list", "s6-ptyexec wall top", "s6-ptyexec nothing top",
        "s6-ptyexec wall:two nosuchprogram", "setpriv --reuid 65534 --clear-groups ptyhead-attach wall",
        "ptyhead-send wall:none x", "ptyhead-send -w nothing -t 1 wall h; echo $?", "ptyhead-wait -t 1 -e nothing wall; echo $?",
        "ptyhead-wait wall; echo $?", "systemctl start ptyhead@mc.survival.socket", "systemctl --no-pager status ptyhead@mc.survival.socket | tail -4",
        "make -C / install", "systemctl stop ptyhead@wall", "sleep 2; ptyhead-list",
    ],
    "s6": ["ptyhead-attach ap", "ptyhead-attach $PTYHEAD_DIR/ap.sock", "ptyhead-list", "ptyhead-list $PTYHEAD_DIR/app.sock",
           "s6-ptyexec app top", "s6-svc -d ~/try/scan/ptyhead-app; sleep 2; ptyhead-attach $PTYHEAD_DIR/app.sock",
           "s6-svc -u ~/try/scan/ptyhead-app; sleep 2; ptyhead-list $PTYHEAD_DIR/app.sock", "s6-svscanctl -t ~/try/scan; sleep 2"],
    "run": ["ptyhead-run", "ptyhead-run -n clock top", "ptyhead-run -n other nosuchprogram; echo $?", "ptyhead-list", "ptyhead-attach nothing",
            "ptyhead-run --end clock; ptyhead-list", "ptyhead-run --end clock"],
}
print("=== what people get wrong")
for command in ERRORS[kind]:
    type_command(command, 60)
sys.exit(seconds > 90 or len(typed) > 8)
