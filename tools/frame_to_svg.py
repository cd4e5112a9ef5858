#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws a captured terminal screen as SVG.

Take the picture from a real run, for example:

    tmux new-session -d -x 120 -y 34 -s demo 'build/release/belay demo --seed 7'
    sleep 60
    tmux capture-pane -p -e -t demo > frame.txt
    tools/frame_to_svg.py frame.txt > docs/demo.svg

Reads text with SGR escape sequences (bold, dim, the basic colours), as tmux gives it, from a file or standard input.
With --text it gives the bare text instead.
"""

import argparse
import re
import sys
from html import escape

CELL_WIDTH, LINE_HEIGHT, MARGIN, FONT_SIZE = 8.4, 19, 16, 14
BACKGROUND, PLAIN = "#14171c", "#d6dae0"
COLOURS = {31: "#f07178", 32: "#8fd48a", 33: "#e6c267", 34: "#7aa9f0", 35: "#c792ea", 36: "#7fd1d1"}
SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")
OTHER_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[A-Za-ln-z]|\([A-Z0-9]|[=>])")


def restyled(style, codes):
    """The style after an SGR sequence; style is (colour, bold, dim)."""
    colour, bold, dim = style
    for code in codes:
        if code == 0:
            colour, bold, dim = None, False, False
        elif code == 1:
            bold = True
        elif code == 2:
            dim = True
        elif code == 22:
            bold = dim = False
        elif code == 39:
            colour = None
        elif code in COLOURS:
            colour = COLOURS[code]
    return colour, bold, dim


def spans_of(lines):
    """For each line its (text, style) pieces; a style lasts over the ends of lines."""
    style = (None, False, False)
    for line in lines:
        pieces = []
        parts = SEQUENCE.split(OTHER_SEQUENCE.sub("", line))
        for text, codes in zip(parts[::2], parts[1::2] + [None]):
            if text:
                pieces.append((text, style))
            if codes is not None:
                style = restyled(style, [int(code or 0) for code in codes.split(";")])
        yield pieces


def attributes(style):
    colour, bold, dim = style
    out = f' fill="{colour}"' if colour else ""
    out += ' font-weight="bold"' if bold else ""
    return out + (' opacity="0.55"' if dim else "")


def svg_of(lines):
    rows = [list(pieces) for pieces in spans_of(lines)]
    columns = max((sum(len(text) for text, _ in row) for row in rows), default=0)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(rows) * LINE_HEIGHT + 2 * MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-size="{FONT_SIZE}" xml:space="preserve" '
        f"font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">"
    )
    yield f'<rect width="100%" height="100%" rx="8" fill="{BACKGROUND}"/>'
    for number, row in enumerate(rows):
        y = MARGIN + (number + 0.75) * LINE_HEIGHT
        column = 0
        for text, style in row:
            if text.strip():
                x, length = MARGIN + column * CELL_WIDTH, len(text) * CELL_WIDTH
                fill = attributes(style) if style[0] else f' fill="{PLAIN}"' + attributes(style)
                yield f'<text x="{x:.1f}" y="{y:.1f}" textLength="{length:.1f}"{fill}>{escape(text)}</text>'
            column += len(text)
    yield "</svg>"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frame", nargs="?", type=argparse.FileType(encoding="utf-8"), default=sys.stdin)
    parser.add_argument("--text", action="store_true", help="the bare text instead")
    arguments = parser.parse_args()
    lines = arguments.frame.read().rstrip("\n").split("\n")
    if arguments.text:
        out = ("".join(text for text, _ in pieces).rstrip() for pieces in spans_of(lines))
    else:
        out = svg_of(lines)
    print("\n".join(out))


if __name__ == "__main__":
    main()
