"""A terminal that remembers: runs commands in a shell behind a pty, and draws what was seen there as one SVG. Imported by picture.py.

The screen knows what our program and a few plain tools write; any other control sequence is an error, for it would be drawn wrongly.
"""

import codecs
import html
import os
import pty
import re
import select
import struct
import fcntl
import termios
import time

SEQUENCE = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])")
COLORS = {1: "b", 2: "soft", 31: "red", 32: "green", 33: "yellow", 34: "blue", 36: "cyan", 39: ""}


class Screen:
    """Rows of (character, class), scrolled at the end."""

    def __init__(self, columns, rows):
        self.columns, self.size = columns, rows
        self.rows, self.x, self.y, self.style = [[] for _ in range(rows)], 0, 0, ""
        self.pending = ""

    def feed(self, text):
        text, self.pending = self.pending + text, ""
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if not found:
                    if len(text) - at > 16:
                        raise ValueError(f"unknown to this terminal: {text[at:at + 16]!r}")
                    self.pending = text[at:]  # the rest of it is still to come
                    return
                self.obey(found[1], found[2])
                at = found.end()
                continue
            self.put(text[at])
            at += 1

    def obey(self, numbers, what):
        if what == "K" and numbers in ("", "0"):
            del self.rows[self.y][self.x:]
        elif what == "m":
            codes = [int(number or 0) for number in numbers.split(";")]
            for code in codes:
                if code and code not in COLORS:
                    raise ValueError(f"a colour that is unknown to this terminal: {numbers}")
                self.style = f"{self.style} {COLORS[code]}".strip() if code else ""
        else:
            raise ValueError(f"unknown to this terminal: ESC [ {numbers} {what}")

    def put(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.y += 1
        elif character >= " ":
            if self.x == self.columns:
                self.x, self.y = 0, self.y + 1
            self.scroll()
            row = self.rows[self.y]
            row.extend([(" ", "")] * (self.x + 1 - len(row)))
            row[self.x] = (character, self.style)
            self.x += 1
        elif character != "\a":
            raise ValueError(f"unknown to this terminal: {character!r}")
        self.scroll()

    def scroll(self):
        while self.y >= self.size:
            self.rows = self.rows[1:] + [[]]
            self.y -= 1

    def line(self):
        return "".join(character for character, _ in self.rows[self.y])

    def seen(self):
        return tuple(tuple(row) for row in self.rows)


def record(commands, folder, environment, columns, rows, pause=1.0, every=0.2, patience=300):
    """Types COMMANDS, one after the other, into a shell in FOLDER. Returns [(seconds, screen)], at most one each EVERY seconds."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"], dict(environment, PS1=r"\[\e[32m\]$\[\e[0m\] ", TERM="xterm"))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    screen, decoder, frames, began = Screen(columns, rows), codecs.getincrementaldecoder("utf-8")(), [], time.monotonic()

    def watch(until):
        """Reads until UNTIL says so, and a while longer."""
        end = None
        while end is None or time.monotonic() < end:
            if time.monotonic() - began > patience:
                raise TimeoutError(f"no prompt after {patience} s: {screen.line()!r}")
            if select.select([terminal], [], [], 0.05)[0]:
                screen.feed(decoder.decode(os.read(terminal, 65536)))
                now = time.monotonic() - began
                if frames and now - frames[-1][0] < every and len(frames) > 1:
                    frames[-1] = (frames[-1][0], screen.seen())
                elif not frames or frames[-1][1] != screen.seen():
                    frames.append((now, screen.seen()))
            elif end is None and until():
                end = time.monotonic() + pause

    at_prompt = lambda: screen.line() == "$ " and screen.x == 2
    watch(at_prompt)
    for command in commands:
        os.write(terminal, command.encode() + b"\n")
        watch(at_prompt)
    os.close(terminal)  # hangs the shell up
    os.waitpid(pid, 0)
    return frames


WIDE, HIGH, EDGE = 8.0, 18, 14
STYLE = """text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#24292f;white-space:pre}
.back{fill:#f6f8fa;stroke:#d0d7de} .b{font-weight:600} .soft{fill:#57606a} .red{fill:#cf222e} .green{fill:#1a7f37} .yellow{fill:#9a6700} .blue{fill:#0969da} .cyan{fill:#1b7c83}
@media (prefers-color-scheme:dark){text{fill:#e6edf3} .back{fill:#0d1117;stroke:#3d444d} .soft{fill:#9198a1} .red{fill:#ff7b72} .green{fill:#3fb950}
.yellow{fill:#d29922} .blue{fill:#4493f8} .cyan{fill:#39c5cf}}"""


def spans(row):
    """A row of the screen as text and tspans."""
    parts, i = [], 0
    while i < len(row):
        j = i
        while j < len(row) and row[j][1] == row[i][1]:
            j += 1
        text = html.escape("".join(character for character, _ in row[i:j]), quote=False)
        parts.append(f'<tspan class="{row[i][1]}">{text}</tspan>' if row[i][1] else text)
        i = j
    return "".join(parts)


def svg(title, frames, columns, hold=6):
    """What was seen, over and over; still where the reader wants no motion, or the viewer can none. The last screen is held HOLD seconds."""
    rows = len(frames[0][1])
    last = frames[-1][0]
    length = last - frames[0][0] + hold
    shown = []  # (row, text, from, to): each content of each row, as long as it stood there
    for y in range(rows):
        for i, (seconds, screen) in enumerate(frames):
            if i == 0 or screen[y] != frames[i - 1][1][y]:
                until = next((later for later, other in frames[i + 1:] if other[y] != screen[y]), None)
                shown.append((y, screen[y], seconds, until))
    shares = list(dict.fromkeys((begin, end) for _, row, begin, end in shown if row))
    percent = lambda seconds: f"{100 * (seconds - frames[0][0]) / length:.2f}%"
    moves, parts = [], []
    for i, (begin, end) in enumerate(shares):
        when = [] if begin == frames[0][0] else ["0%{visibility:hidden}"]
        when += [percent(begin) + "{visibility:visible}"] + ([percent(end) + ",to{visibility:hidden}"] if end else ["to{visibility:visible}"])
        moves.append(f"@keyframes k{i}{{{''.join(when)}}} .k{i}{{animation:k{i} {length:.1f}s step-end infinite}}")
    for y, row, begin, end in shown:
        if row:
            hidden = "" if end is None else ' visibility="hidden"'
            parts.append(f'<text class="k{shares.index((begin, end))}" x="{EDGE}" y="{EDGE + HIGH * y + 13}" textLength="{len(row) * WIDE:g}"{hidden}>'
                         f'{spans(row)}</text>')
    width, height = columns * WIDE + 2 * EDGE, rows * HIGH + 2 * EDGE
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" height="{height}" role="img" '
            f'aria-label="{html.escape(title)}">\n<style>\n{STYLE}\n@media (prefers-reduced-motion:no-preference){{\n' + "\n".join(moves) +
            f'\n}}\n</style>\n<rect class="back" x=".5" y=".5" width="{width - 1:g}" height="{height - 1}" rx="8"/>\n' + "\n".join(parts) + "\n</svg>\n")
