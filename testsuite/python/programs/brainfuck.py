"""An interpreter of a very small machine: byte arrays and jump tables in a hot loop."""


def compile_jumps(code):
    jumps, stack = {}, []
    for i, c in enumerate(code):
        if c == "[":
            stack.append(i)
        elif c == "]":
            jumps[i] = stack.pop()
            jumps[jumps[i]] = i
    return jumps


def run(code, stdin=b""):
    code = "".join(c for c in code if c in "<>+-.,[]")
    jumps = compile_jumps(code)
    tape, at, pc, out, stdin, steps = bytearray(300), 0, 0, [], iter(stdin), 0
    while pc < len(code):
        c = code[pc]
        steps += 1
        if c == ">":
            at += 1
        elif c == "<":
            at -= 1
        elif c == "+":
            tape[at] = (tape[at] + 1) & 255
        elif c == "-":
            tape[at] = (tape[at] - 1) & 255
        elif c == ".":
            out.append(chr(tape[at]))
        elif c == ",":
            tape[at] = next(stdin, 0)
        elif c == "[" and not tape[at] or c == "]" and tape[at]:
            pc = jumps[pc]
        pc += 1
    return "".join(out), steps


HELLO = "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++."
SQUARES = "++++[>+++++<-]>[<+++++>-]+<+[>[>+>+<<-]++>>[<<+>>-]>>>[-]++>[-]+>>>+[[-]++++++>>>]<<<[[<++++++++<++>>-]+<.<[>----<-]<]<<[>>>>>[>>>[-]+++++++++<[>-<-]+++++++++>[-[<->-]+[<<<]]<+>]>[<+>-]]<<[-]>>>[-]<<<]>>[-]"
print(run(HELLO))
print(run(",[.,]", b"echo"))
text, steps = run("++++++++[>++++++++<-]>[>+>+<<-]>>[-<+>]<+.>++++++[<+++++>-]<.")
print(repr(text), steps)
print(run("+" * 65 + ".>" + "+" * 200 + "[<.>-" + "-" * 49 + "]"))
