"""Values that somebody sends to see what happens: wrong for most parameters, or right at their extreme."""

from __future__ import annotations

from typing import Any

SURROGATE = "\ud800"
TEXTS: tuple[str, ...] = (
    *("", " ", "\0", "a\0b", SURROGATE, f"{SURROGATE} x", "\n", "\u202e", "\ufeff", "*", "%", "_", "é" * 400),
    *("x" * 300, "x" * 7000, "0" * 100, "１２３", "٣", "1_000", "0x10", " 5 ", "+5", "1e5", "1e-400"),
    *("0", "-0", "1", "-1", "1.5", "1e400", "NaN", "Infinity", "-Infinity", "9" * 401, "1" * 5000),
    *(str(2**31), str(2**31 - 1), str(-(2**31)), str(2**63), "9" * 15, "true", "None", "null"),
    *("0001-01-01", "0000-01-01", "10000-01-01", "9999-12-31", "9999-12-31T23:59:59.999999-23:59"),
    *("0001-01-01T00:00:00+23:59", "2024-02-30", "2024-W01-1", "20240101T00Z", "24:00", "T"),
    *("[", "]", "()", "[]", "{}", "[[]]", '["a",["b"]]', "['a', 1, None, 1e400]", '["\\ud800"]', "[...]"),
    *('{"a":NaN}', '{"a":1e400}', '{"a":%s}' % ("9" * 401), "[" * 9000, "(" * 9000, "-" * 9000 + "1"),
    *("[" + "-" * 8000 + "1]", "[1" + ",1" * 4000 + "]", "[b'\\xff']", "[1j]", "a@b", "<b>", "a" * 32),
    *(
        "http://[",
        "http://a:99999/",
        f"http://{SURROGATE}/",
        "http%3A//x",
        "http://a/\0",
        "http://é.example/",
    ),
)
DEEP: list[Any] = []
for _ in range(30):
    DEEP = [DEEP]
IN_JSON: tuple[Any, ...] = (
    *(0, -0.0, 1.5, 1e308, 10**400, -(10**400), 2**31, 2**63, 2**64, True, False, float("nan"), float("inf")),
    *([], {}, [[]], [None], [1, "a", None], [10**400], ["\0"], [SURROGATE], [True], [{"a": 1}], DEEP),
    *({"a": {"b": 1}}, {"a": None}, {"a": 10**400}, {"a": float("nan")}, {"a": SURROGATE}, {"a": "\0"}),
    *({SURROGATE: 1}, {"": ""}, {"a\0": "b"}, {"notes": "\0"}, {"notes": 10**400}, {"notes": float("inf")}),
    *({"custom_metadata": {"a": "\0"}}, {"custom_metadata": {"a": 10**400}}, {"custom_metadata": {"\0": ""}}),
)
