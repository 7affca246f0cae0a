"""The report as a picture: bars of ratios on a logarithmic scale, SVG for light and dark pages."""

import math
from html import escape

from . import aims

WIDTH, LEFT, RIGHT = 860, 350, 90
BAR, STEP = 14, 24
PANELS = (("azurite", "Times as good as Azurite", 1), ("nginx", "Times as good as nginx, which only moves bytes", 0.1))
STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .note, .tick { font-size: 11px; fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .level { stroke: #59636e; stroke-width: 1.5; }
  .bar { fill: #2563b8; }
  .aim { stroke: #d1570a; stroke-width: 2.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .note, .tick { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .level { stroke: #9198a1; }
    .bar { fill: #5a9bf0; }
    .aim { stroke: #ffa657; }
  }"""


class Scale:
    """From a ratio to a place, over whole decades."""

    def __init__(self, least, most):
        self.first = math.floor(math.log10(least))
        self.last = max(self.first + 1, math.ceil(math.log10(most)))

    def __call__(self, ratio):
        part = (math.log10(ratio) - self.first) / (self.last - self.first)
        return LEFT + min(max(part, 0), 1) * (WIDTH - LEFT - RIGHT)

    def decades(self):
        return [10.0 ** power for power in range(self.first, self.last + 1)]


def bars(results, server):
    """What is in a panel: titles with their ratios and, where there is one, the aim."""
    found = []
    for line in aims.LINES:
        ratio = aims.times(results, line, server)
        aim = next((aim.least for aim in line.aims if isinstance(aim, aims.Times) and aim.server == server), None)
        if ratio is not None and (aim or (server == "azurite" and line.brief)):
            found.append((line.title, ratio, aim))
    return found


def panel(title, entries, least, top):
    """The lines of one, and where it ends. Bars begin at the least of the scale."""
    values = [value for _, ratio, aim in entries for value in (ratio, aim) if value]
    scale = Scale(min(least, *values), max(values))
    bottom = top + 34 + STEP * len(entries)
    lines = [f'<text class="title" x="16" y="{top + 4}">{escape(title)}</text>']
    for decade in scale.decades():
        x = scale(decade)
        kind = "level" if decade == 1 else "grid"
        lines.append(f'<line class="{kind}" x1="{x:.1f}" y1="{top + 22}" x2="{x:.1f}" y2="{bottom}"/>')
        lines.append(f'<text class="tick" x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{decade:,g}x</text>')
    for place, (name, ratio, aim) in enumerate(entries):
        y = top + 30 + STEP * place
        end = scale(ratio)
        lines.append(f'<text x="{LEFT - 10}" y="{y + 11}" text-anchor="end">{escape(name)}</text>')
        lines.append(f'<rect class="bar" x="{LEFT}" y="{y}" width="{end - LEFT:.1f}" height="{BAR}" rx="2"/>')
        if aim:
            x = scale(aim)
            lines.append(f'<line class="aim" x1="{x:.1f}" y1="{y - 3}" x2="{x:.1f}" y2="{y + BAR + 3}"/>')
        lines.append(f'<text class="value" x="{WIDTH - 16}" y="{y + 11}" text-anchor="end">{shown(ratio)}</text>')
    return lines, bottom + 46


def shown(ratio):
    return f"{ratio:,.0f}x" if ratio >= 10 else f"{ratio:.1f}x" if ratio >= 2 else f"{ratio:.2f}x"


def svg(results):
    lines, top = [], 30
    for server, title, least in PANELS:
        entries = bars(results, server)
        if entries:
            more, top = panel(title, entries, least, top)
            lines += more
    about = results.about
    lines.append(f'<text class="note" x="16" y="{top - 8}">The scale is logarithmic; longer is better. Upright strokes are aims. '
                 f'Medians of {about["options"]["rounds"]} rounds, {about["date"]}, commit {escape(about["commit"])}.</text>')
    height = top + 10
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
            f'role="img" aria-label="lazulite next to Azurite and nginx">\n<style>{STYLE}\n</style>\n' + "\n".join(lines) + "\n</svg>\n")
