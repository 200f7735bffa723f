"""Strings that grow in place in loops: what else refers to one keeps it as it was."""


def alone(n):
    text = ""
    for i in range(n):
        text += "abc"[i % 3]
    return len(text), text[:7], text[-3:]


def kept(n):
    text, before = "", []
    for i in range(n):
        if i % 50 == 0:
            before.append(text)
        text += "x"
    return [len(each) for each in before], len(text)


def doubled(n):
    text = "ab"
    for i in range(n):
        text += text
        text = text[:5]
    return text


def wider(n):
    text = "a"
    for i in range(n):
        text += "bé€𝄞"[i % 4]
    return text[:9], len(text)


def aliased(n):
    text = other = "s"
    for i in range(n):
        text += "t"
        if i % 3 == 0:
            other = text
    return len(text), len(other)


def changing(n):
    total = "0"
    try:
        for i in range(n):
            total += "1" if i < n - 1 else 1
    except TypeError as error:
        return len(total), str(error)


def inlined(n):
    def with_end(text, end):
        text += end
        return text

    text = ""
    for i in range(n):
        longer = with_end(text, "y")
        assert len(text) == i
        text = longer
    return len(text)


def branching(n):
    text, before = "", ""
    for i in range(n):
        text += "a" if i % 3 else "b"
        if i % 70 == 5:
            before = text
        text += before if i % 90 == 80 else "c"
    return len(text), text[:7], text[-5:], len(before)


def paired(n):
    text = ""
    for i in range(n):
        pair = (text, text)
        text += "d" if i % 2 else "e"
        if i % 5 == 4:
            text = pair[0] + pair[1][:1] + "f"
    return len(text), text[:9]


for function in (alone, kept, doubled, wider, aliased, changing, inlined, branching, paired):
    for n in (3, 40, 400):
        print(function.__name__, n, function(n))
