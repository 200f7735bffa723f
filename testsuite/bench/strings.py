"""String building, splitting, formatting and searching."""

lines = [f"{i:05d},name{i % 97},{i * 0.5:.2f},{'x' * (i % 13)}" for i in range(20000)]
total = 0
for _ in range(8):
    for line in lines:
        number, name, price, tail = line.split(",")
        if name.startswith("name1") and tail.find("xx") >= 0:
            total += int(number) + len(name.upper().replace("A", "aa"))
        total += len(f"{name}:{price}") + (number + tail).count("x")
text = "\n".join(lines)
print(total, len(text.split("\n")), text.count("name5"), hash(text) == hash("".join(text)))
