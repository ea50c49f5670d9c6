"""Plots as SVG, light or dark as the reader's page is: lines over a logarithmic axis, and bars."""

import html
import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 340, 64, 130, 44, 46
STYLE = """<style>
text{font:13px system-ui,sans-serif;fill:#24292f} .title{font-weight:600;font-size:15px} .soft{fill:#57606a} .back{fill:#fff}
.grid{stroke:#d0d7de;stroke-width:1} .s0{--c:#0969da} .s1{--c:#bc4c00} .s2{--c:#1a7f37} .s3{--c:#8250df}
.line{fill:none;stroke:var(--c);stroke-width:2.5} .dot,.bar{fill:var(--c)} .name{fill:var(--c);font-weight:600}
@media (prefers-color-scheme:dark){text{fill:#e6edf3} .soft{fill:#9198a1} .back{fill:#0d1117} .grid{stroke:#3d444d}
.s0{--c:#4493f8} .s1{--c:#f0883e} .s2{--c:#3fb950} .s3{--c:#ab7df8}}
</style>"""


def number(value):
    """Three digits at most, thousands apart."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def page(title, height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="{html.escape(title)}">\n{STYLE}\n<rect class="back" width="{WIDTH}" height="{height}" rx="6"/>\n'
            f'<text class="title" x="16" y="26">{html.escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n")


def step(top):
    """A round distance for about five lines up to `top`."""
    rough = top / 5
    power = 10 ** math.floor(math.log10(rough))
    return next(power * k for k in [1, 2, 5, 10] if power * k >= rough)


def lines(title, x_name, series):
    """SERIES is {name: [(x, y)]}, at most four; x is shown logarithmically, y from zero."""
    xs = sorted({x for points in series.values() for x, _ in points})
    top = max(y for points in series.values() for _, y in points) * 1.08
    span = math.log(xs[-1] / xs[0]) or 1
    at = lambda x, y: (LEFT + (WIDTH - LEFT - RIGHT) * math.log(x / xs[0]) / span, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * y / top)
    parts = []
    every = step(top)
    for i in range(int(top / every) + 1):
        y = at(xs[0], i * every)[1]
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text class="soft" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(i * every)}</text>')
    for x in xs:
        parts.append(f'<text class="soft" x="{at(x, 0)[0]:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{number(x)}</text>')
    parts.append(f'<text class="soft" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{html.escape(x_name)}</text>')
    names = sorted(series, key=lambda name: series[name][-1][1])
    label_y = {}
    for name in names:  # lowest first, at least a line apart
        y = at(*series[name][-1])[1] + 4
        label_y[name] = min(y, *[other - 16 for other in label_y.values()]) if label_y else y
    for i, (name, points) in enumerate(series.items()):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in points))
        dots = "".join(f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in (at(*point) for point in points))
        parts.append(f'<g class="s{i % 4}"><polyline class="line" points="{path}"/>{dots}'
                     f'<text class="name" x="{WIDTH - RIGHT + 10}" y="{label_y[name]:.1f}">{html.escape(name)}</text></g>')
    return page(title, HEIGHT, parts)


def bars(title, unit, values):
    """VALUES is {name: value}; ours is the first."""
    parts = []
    top = max(values.values())
    for i, (name, value) in enumerate(values.items()):
        y = TOP + 4 + i * 28
        width = max(2, (WIDTH - 330) * value / top)
        parts.append(f'<text x="170" y="{y + 15}" text-anchor="end">{html.escape(name)}</text>'
                     f'<g class="s{min(i, 1)}"><rect class="bar" x="180" y="{y}" width="{width:.1f}" height="20" rx="3"/></g>'
                     f'<text class="soft" x="{188 + width:.1f}" y="{y + 15}">{number(value)} {html.escape(unit)}</text>')
    return page(title, TOP + 16 + len(values) * 28, parts)
