"""One app.css and one app.js out of small files, without node.

`static/css/app.txt` and `static/js/app.txt` list the parts in their order. The finder offers the joined file to
everything that asks for static files: `runserver`, the tests' live server and `collectstatic`, so what is tested is
what is shipped. JoinedStorage then gives it its hashed name, and WhiteNoise compresses and serves it.
"""

import os
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage

JOINED = ("css/app.css", "js/app.js")


def parts(joined):
    """The source files of `css/app.css`, in order."""
    folder = settings.BASE_DIR / "static" / Path(joined).parent
    names = [line.split("#")[0].strip() for line in (folder / "app.txt").read_text("utf-8").splitlines()]
    paths = []
    for name in filter(None, names):
        own = folder / name
        paths.append(own if own.exists() else Path(finders.find(name) or own))
    return paths


def smaller_css(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,>]) ?", r"\1", text).replace(";}", "}").strip()


def smaller_js(text):
    """Whole-line comments and indentation go; anything cleverer needs a parser."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith(("//", "/*", "* ", "*/")))


def join(joined):
    texts = []
    for path in parts(joined):
        text = path.read_text("utf-8")
        if joined.endswith(".css"):
            texts.append(smaller_css(text))
        elif ".min." in path.name:
            texts.append(text.rstrip().rstrip(";") + ";")
        else:
            texts.append("(sf=>{\n" + smaller_js(text) + "\n})(window.sf=window.sf||{});")
    return "\n".join(texts) + "\n"


class JoinedFinder(finders.BaseFinder):
    """Finds css/app.css and js/app.js, joined anew whenever a part is newer than the joined file."""

    def __init__(self, *args, **kwargs):
        self.root = Path(settings.DATA_DIR) / "joined"
        self.storage = FileSystemStorage(location=self.root)

    def fresh(self, joined):
        target = self.root / joined
        sources = [*parts(joined), settings.BASE_DIR / "static" / Path(joined).parent / "app.txt", Path(__file__)]
        newest = max(path.stat().st_mtime for path in sources)
        if not target.exists() or target.stat().st_mtime <= newest:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_suffix(f".{os.getpid()}")
            draft.write_text(join(joined), "utf-8")
            draft.replace(target)
        return str(target)

    def check(self, **kwargs):
        return []

    def find(self, path, find_all=False, **kwargs):
        path = str(path).replace("\\", "/")
        if path not in JOINED:
            return []
        return [self.fresh(path)] if find_all else self.fresh(path)

    def list(self, ignore_patterns):
        for path in JOINED:
            self.fresh(path)
            yield path, self.storage


class JoinedStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, compressed. Only url() in style sheets is rewritten; source maps of vendored files are not kept."""

    patterns = (("*.css", (r"""(?P<matched>url\(['"]{0,1}\s*(?P<url>.*?)["']{0,1}\))""",)),)
