"""Shapes for charts drawn on the server: lists of numbers in, SVG path data out."""


def ribbon(amounts, height=38):
    """One continuous band over the stages: a path `d` for each, 100 wide and `height` high, thickness by amount,
    never thinner than a number needs. Neighbours meet halfway, so that the pieces read as one ribbon."""
    base, thickest, least = (9, 37, 16) if height >= 38 else (3, 22, 7)
    top = max([float(a) for a in amounts], default=0) or 1
    sizes = [max(least, base + float(a) / top * (thickest - base)) for a in amounts]
    middle, paths = height / 2, []
    for n, size in enumerate(sizes):
        left = (sizes[n - 1] + size) / 2 if n else size
        right = (sizes[n + 1] + size) / 2 if n + 1 < len(sizes) else size
        a, b, c = (round(middle - x / 2, 1) for x in (left, size, right))
        d, e, f = (round(middle + x / 2, 1) for x in (left, size, right))
        paths.append(
            f"M0 {a}C9 {a} 9 {b} 20 {b}H80C91 {b} 91 {c} 100 {c}V{f}C91 {f} 91 {e} 80 {e}H20C9 {e} 9 {d} 0 {d}Z"
        )
    return paths


def sparkline(numbers, height=16):
    """Bars 4 wide, 1 apart: (x, y, height) each."""
    top = max([float(n) for n in numbers], default=0) or 1
    bars = []
    for n, number in enumerate(numbers):
        size = max(1, round(float(number) / top * height, 1)) if number else 0
        bars.append((n * 5, round(height - size, 1), size))
    return bars


def shares(numbers, of=None):
    """Each as a share of `of` (the largest when not given), 0–100 with one decimal, for widths of bars."""
    top = float(of) if of else max([float(n) for n in numbers], default=0)
    return [round(min(100, float(n) / top * 100), 1) if top else 0 for n in numbers]


def heat(number, top):
    """The tint step 0–5 of a heat cell."""
    return 0 if not number or not top else min(5, 1 + int(float(number) / float(top) * 4.999))
