"""JSON there and back."""

import json

data = [
    {
        "id": i,
        "name": f"item {i}",
        "tags": ["a", "b", str(i)],
        "price": i * 1.25,
        "nested": {"ok": True, "none": None},
    }
    for i in range(4000)
]
total = 0
for _ in range(10):
    text = json.dumps(data)
    back = json.loads(text)
    total += len(text) + len(back)
print(total, back == data)
