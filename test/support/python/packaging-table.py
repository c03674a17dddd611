"""Prints what `packaging` makes of generated versions and specifiers, one JSON value a line.

    python packaging-table.py SEED VERSIONS SPECIFIERS

The committed table, `test/domain/packaging-table.jsonl`, is that of `829 400 2400` and the newest `packaging`:

    python -m venv v && v/bin/pip install packaging
    v/bin/python test/support/python/packaging-table.py 829 400 2400 > test/domain/packaging-table.jsonl

Lines: what made it; the versions; their ranks in order; `[text, normal form or null]` of texts that are versions or
not; then `[specifier, answers]`, where the answers are a bit for each version in base64, lowest bit first, or null
for a specifier that is invalid.
"""

import base64
import json
import random
import sys
from importlib.metadata import version as installed

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

SEED, VERSIONS, SPECIFIERS = (int(word) for word in sys.argv[1:4])
chance = random.Random(SEED)

# Few numbers, so versions coincide; some exceed a double's precision and differ only in the last digit.
NUMBERS = ["0", "1", "2", "9", "10", "11", "00", "01", "010"]
LARGE = ["999999999999999", "9007199254740992", "9007199254740993", "20240101123456789012", "20240101123456789013"]
PRE = ["a", "b", "rc", "c", "alpha", "beta", "pre", "preview", "A", "RC", "Beta"]
POST = ["post", "rev", "r", "POST"]
SEPARATORS = ["", ".", "-", "_"]
LABELS = ["a", "b", "local", "cu118", "1e5", "0x10", "0", "1", "2", "10", "01", "ubuntu", "UBUNTU", "a1", "1a",
          "20240101123456789012", "20240101123456789013"]
WHITE = [" ", "\t", "\n", "\x0b", "\x0c", "\r", "\x1c", "\x1f", "\x85", "\xa0", "\u2003", "\u2028", "\u3000"]
# White space, digits or letters for some readers only.
TRAPS = ["\ufeff", "\u200b", "\u0660", "\u0661", "\uff11", "\u00b2", "\u0131", "\u0130", "\u017f", "\u212a", "\x00", "\x08",
         "\u180e", "\u2066", "v", "V", "+", "-", ".", "!", "*", ".*", ";", ")", "(", "=", ",", "~", "/", "\\", "\u00e9", "e", "x"]


def number():
    return chance.choice(LARGE) if chance.random() < 0.04 else chance.choice(NUMBERS)


def maybe(share, text):
    return text() if chance.random() < share else ""


def suffix(word):
    return chance.choice(SEPARATORS) + word + chance.choice(SEPARATORS) + maybe(0.8, number)


def release():
    return ".".join(number() for _ in range(chance.choice([1, 1, 2, 2, 2, 3, 3, 4])))


def label():
    parts = [chance.choice(LABELS) for _ in range(chance.choice([1, 1, 2, 3]))]
    return "+" + "".join(part + chance.choice(".-_") for part in parts)[:-1]


def post():
    return "-" + number() if chance.random() < 0.3 else suffix(chance.choice(POST))


def spelling(local=0.2):
    return "".join([
        maybe(0.05, lambda: chance.choice("vV")),
        maybe(0.1, lambda: number() + "!"),
        release(),
        maybe(0.3, lambda: suffix(chance.choice(PRE))),
        maybe(0.25, post),
        maybe(0.25, lambda: suffix(chance.choice(["dev", "DEV", "Dev"]))),
        maybe(local, label),
    ])


def white():
    return "".join(chance.choice(WHITE) for _ in range(chance.choice([0, 0, 0, 1, 2])))


def spoilt(text):
    at = chance.randrange(len(text) + 1)
    what = chance.choice(TRAPS + WHITE)
    return chance.choice([text[:at] + what + text[at:], text[:at] + what + text[at + 1:], text[:at] + text[at + 1:]])


def clause(known):
    operator = chance.choice(["===", "==", "==", "!=", "~=", "<", ">", "<=", ">=", "<", ">"])
    share = 0.35 if operator in ("==", "!=") else 0.03
    text = chance.choice(known) if chance.random() < 0.5 else spelling(share)
    if operator not in ("===", "==", "!=") and chance.random() < 0.9:
        text = text.split("+")[0]
    if chance.random() < (0.3 if operator in ("==", "!=") else 0.03):
        text = text.split("+")[0] if chance.random() < 0.2 else release()
        text += ".*"
    return operator + white() + text


def specifier(known):
    count = chance.choice([1] * 14 + [2, 2, 3, 4, 8])
    text = ",".join(white() + clause(known) + white() for _ in range(count))
    return spoilt(text) if chance.random() < 0.15 else text


def normal(text):
    try:
        return str(Version(text))
    except InvalidVersion:
        return None
    # A number with too many digits for Python.
    except ValueError:
        return None


def row(text, versions):
    try:
        asked = SpecifierSet(text)
        answers = [asked.contains(version, prereleases=True) for version in versions]
    except InvalidSpecifier:
        return None
    except ValueError:
        return None
    bits = bytearray((len(versions) + 7) // 8)
    for index, answer in enumerate(answers):
        bits[index // 8] |= int(answer) << (index % 8)
    return base64.b64encode(bytes(bits)).decode("ascii")


# Pairs that random versions would rarely contain: the special cases of the operators, completely.
FORMS = ["", "a1", "a2", "rc1", ".post0", ".post1", ".post2", ".dev0", ".dev1", "a1.post1", "a1.dev1", ".post1.dev1",
         "a1.post1.dev1"]
CORE = [f"{epoch}{number}{form}{local}" for epoch in ["", "1!"] for number in ["1", "1.0", "1.1", "2.0"]
        for form in FORMS for local in ["", "+a"] if epoch == "" or (number == "1.0" and local == "")]
ODD_SPECIFIERS = [
    "", " ", ",", ",,", "\t,\n", "==1.0,", ",==1.0", "1.0", "=1.0", "==", "===", "=== ", ">", "~=1", "~=1.0", "~=1.0.0",
    "~=1!1.0", "~=1.0.*", "~=1.0+a", "==1.0.*", "==1.*", "==1.0.0.*", "!=1.0.*", "==1!1.*", "==v1.*", "==1.0a1.*", "==1.0.post1.*",
    "==1.0.dev1.*", "==1.0+a.*", "==*", "==1.0*", "==.*", ">=1.0.*", "<1.0.*", ">1.0+a", "<=1.0+a", ">=1.0+a", "<1.0+a",
    "===1.0", "===v1.0", "=== 1.0", "===1.0.*", "===1.0 ", "====1.0", "===1.0;", "===1.0)", "===(1.0)", "===1.0 b", "===FOO",
    "===1.0+A", "===1.0A1", "== 1.0", "= =1.0", "==\u30001.0", "==1 .0", "==1.0 ==2.0", "==1.0;", "(==1.0)", "!1.0", "<>1.0",
    "==\u0661.0", "==1.0\u0131", "==1.0.po\u017ft1", ">=not", "><1", "=<1.0", "=>1.0", "~1.0", "^1.0", "==1.0,>=", ">=1,<2,!=1.5.*",
    "<0.dev0", "<0", ">=0.dev0", "<=0.dev0", "==0.dev0", "<1!0", "<1!0.dev0", ">0", "==0.*", "==0.0.*", "<1.0,===1.0", "===1.0,===1.0",
    "===1.0,===1", "==999999999999999.*", "~=999999999999999.0", "==9007199254740992.*", "==" + "9" * 4301, "==" + "1." * 2000 + "1",
]
ODD_TEXTS = [
    "", " ", "1.0\n", "\n1.0", "\x1c1.0\x1f", "\x851.0", "\ufeff1.0", "1.0\ufeff", "1.0\u200b", "\u0661.0", "1.0-", "1.0-1", "1.0--1", "1.0a-",
    "1.0a-1", "1.0a--1", "1.0-a", "1.0-a-1-1", "1.0_1", "1.0r", "1.0rev", "1.0c", "1.0pre", "1.0preview2", "1.0alpha-post-dev", "1.0.post.dev",
    "1.0.post-", "1.0post1dev2", "1.0dev1post1", "1.0dev1a1", "v 1.0", "vv1", "V1", "1!", "!1", "1!1!1", "01!01.010a010.post010.dev010+010.a010",
    "1..0", ".1", "1.", "1.0+", "1.0+a..b", "1.0+a.", "1.0+.a", "1.0+a+b", "1.0+A_B-C", "1.0+1e5", "1.0+0x10", "1.0+00", "1.0+\u00e9", "1.0.po\u017ft1",
    "1.0\u212a", "2004d", "1.0.0.0.0", "0", "00", "0.0", "1e5", "0x1", "1,0", "1.0.*", "*", "9" * 4300, "9" * 4301, "0" * 4301, "1.0+" + "9" * 4301,
    "1.0+a" + "9" * 4301, "1." * 3000 + "1", "1" * 16, "1.0a" + "9" * 30, "1.0.dev" + "9" * 30, "9" * 30 + "!1",
]

texts = ODD_TEXTS + [white() + spelling() + white() for _ in range(400)] + [spoilt(spelling()) for _ in range(800)]
drawn = sorted({normal(spelling()) for _ in range(VERSIONS * 4)} - set(CORE) - {None})
versions = CORE + chance.sample(drawn, max(0, VERSIONS - len(CORE) - 12))
# Other spellings and invalid versions: for `===`, and for queries with them.
versions += ["v1.0", "1.0.A1", "1.0-1", " 1.0", "01.0", "1.0+A", "foo", "FOO", "2004d", "", "1.0.*", "(1.0)"]
ranked = sorted((text for text in versions if normal(text) is not None), key=Version)
rank, ranks = 0, {}
for before, text in zip([None, *ranked], ranked):
    rank += before is not None and Version(before) != Version(text)
    ranks[text] = rank
core = [f"{operator}{text}" for text in CORE if not text.startswith("1!") for operator in ["==", "!=", "<", ">", "<=", ">=", "~="]
        if "+" not in text or operator in ("==", "!=")]
specifiers = ODD_SPECIFIERS + core + [specifier(versions[:-12]) for _ in range(SPECIFIERS - len(core) - len(ODD_SPECIFIERS))]

print(json.dumps({"packaging": installed("packaging"), "seed": SEED}))
print(json.dumps(versions, separators=(",", ":")))
print(json.dumps([ranks.get(text) for text in versions], separators=(",", ":")))
for text in dict.fromkeys(texts):
    print(json.dumps(["version", text, normal(text)], separators=(",", ":")))
for text in dict.fromkeys(specifiers):
    print(json.dumps(["specifier", text, row(text, versions)], separators=(",", ":")))
