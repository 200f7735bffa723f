"""Regular expressions over a text."""

import re

text = " ".join(
    f"user{i}@example{i % 7}.com wrote 2024-{i % 12 + 1:02d}-{i % 28 + 1:02d} (id={i * 37})"
    for i in range(6000)
)
total = 0
for pattern in (
    r"\w+@\w+\.com",
    r"(\d{4})-(\d\d)-(\d\d)",
    r"\(id=(\d+)\)",
    r"user(?:1|2)\d*@",
    r"[aeiou]{2,}",
    r"(?i)WROTE\s+\d+",
    r"\b\d+\b",
):
    for _ in range(3):
        total += len(re.findall(pattern, text))
print(total, len(re.sub(r"\d+", lambda m: str(len(m[0])), text)))
