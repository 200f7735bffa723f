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


for function in (alone, kept, doubled, wider, aliased, changing, inlined):
    for n in (3, 40, 400):
        print(function.__name__, n, function(n))
