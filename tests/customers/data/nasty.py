"""Texts of 20,000 characters that a careless pattern would try in every way there is."""

BLANKS, DOTS, WORDS = " " * 20_000, "." * 20_000, "a" * 20_000
NASTY = {
    "blanks behind a day": f"2024-03-01{BLANKS}订单", "blanks in a day": f"2024{BLANKS}-03-01", "blanks behind a clock": f"On 2024/3/1 10:12{BLANKS}x",
    "short lines of a day and blanks": ("2024/3/1" + " " * 60 + "订单\n") * 290, "lines with a name": ("张敏 2024/3/1" + " " * 300 + "订单\n") * 65,
    "wrote": ("On 2024/3/1 10:12," + " " * 300 + "x\n") * 62, "wrote in Chinese": ("张敏" + " " * 150 + "于2024/3/1" + " " * 150 + "x\n") * 62,
    "blanks": BLANKS + "x", "dots": DOTS, "words": WORDS, "at": "@" * 20_000, "dotted": "a." * 10_000, "address without end": WORDS + "@" + "b." * 9_000 + "@",
    "addresses": "a@" * 10_000, "hanzi": "张" * 20_000, "dashes": "-" * 20_000 + "x", "dashed": "x" + "-" * 20_000 + "x", "colon": "张敏" + BLANKS + "x",
    "digits": "1" * 20_000, "days": "2024-03-01 " * 1_800, "empty lines": "张敏：好" + "\n" * 20_000 + "x", "copies": "Cc:a\n" * 4_000,
    "receivers": "To: x@y.cn\n" + "x@y.cn\n" * 2_900, "sender": "From: x" + BLANKS + "y\nTo: z\n\nx", "system": "你" + BLANKS + "了",
    "files": "张敏 2024/3/1 10:12:03\n" + "[文件" * 6_600, "quotes": ">" * 20_000, "raw": f"MIME-Version: 1\nFrom: {'(' * 19_000}\nDate: {'(' * 900}\n\nx",
}
