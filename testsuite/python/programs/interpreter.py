"""A tiny language: tokens, a recursive-descent parser, an evaluator and a stack machine."""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"\s*(?:(?P<num>\d+(?:\.\d+)?)|(?P<name>[a-z]\w*)|(?P<op>==|<=|[-+*/()=<{};,]))")
source = """
def fact(n) { if (n <= 1) { return 1; } return n * fact(n - 1); }
def fib(n) { a = 0; b = 1; i = 0; while (i < n) { t = a + b; a = b; b = t; i = i + 1; } return a; }
x = fact(10);
y = fib(50);
print(x, y, x + y * 2 - 1, (1 + 2) * 3, 7 / 2, 0 - 5);
i = 0; total = 0;
while (i < 2000) { if (i / 3 == 100) { total = total + 1000; } total = total + i; i = i + 1; }
print(total);
"""


@dataclass
class Node:
    kind: str
    value: object = None
    children: tuple = ()


class Parser:
    def __init__(self, text):
        self.tokens = [(m.lastgroup, m[m.lastgroup]) for m in TOKEN.finditer(text)] + [("end", None)]
        self.at = 0

    def peek(self):
        return self.tokens[self.at][1]

    def take(self, expected=None):
        kind, value = self.tokens[self.at]
        if expected and value != expected:
            raise SyntaxError(f"expected {expected!r}, got {value!r}")
        self.at += 1
        return kind, value

    def block(self, end):
        statements = []
        while self.peek() != end:
            statements.append(self.statement())
        self.take()
        return Node("block", None, tuple(statements))

    def statement(self):
        word = self.peek()
        if word == "def":
            self.take()
            name, params = self.take()[1], []
            self.take("(")
            while self.peek() != ")":
                params.append(self.take()[1])
                if self.peek() == ",":
                    self.take()
            self.take(), self.take("{")
            return Node("def", (name, params), (self.block("}"),))
        if word in ("if", "while"):
            self.take(), self.take("(")
            condition = self.expression()
            self.take(")"), self.take("{")
            return Node(word, None, (condition, self.block("}")))
        if word == "return":
            self.take()
            node = Node("return", None, (self.expression(),))
        elif self.tokens[self.at + 1][1] == "=":
            name = self.take()[1]
            self.take("=")
            node = Node("assign", name, (self.expression(),))
        else:
            node = self.expression()
        self.take(";")
        return node

    def binary(self, operators, lower):
        left = lower()
        while self.peek() in operators:
            left = Node("binary", self.take()[1], (left, lower()))
        return left

    def expression(self):
        return self.binary(("==", "<=", "<"), lambda: self.binary("+-", lambda: self.binary("*/", self.atom)))

    def atom(self):
        kind, value = self.take()
        if kind == "num":
            return Node("num", int(value))
        if value == "(":
            node = self.expression()
            self.take(")")
            return node
        if self.peek() == "(":
            self.take()
            args = []
            while self.peek() != ")":
                args.append(self.expression())
                if self.peek() == ",":
                    self.take()
            self.take()
            return Node("call", value, tuple(args))
        return Node("name", value)


class Return(Exception):
    pass


OPERATORS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
}


def run(node, env, functions):
    match node:
        case Node("block", _, children):
            for child in children:
                run(child, env, functions)
        case Node("num", value):
            return value
        case Node("name", name):
            return env[name]
        case Node("assign", name, (value,)):
            env[name] = run(value, env, functions)
        case Node("binary", op, (left, right)):
            return OPERATORS[op](run(left, env, functions), run(right, env, functions))
        case Node("if", _, (condition, body)):
            if run(condition, env, functions):
                run(body, env, functions)
        case Node("while", _, (condition, body)):
            while run(condition, env, functions):
                run(body, env, functions)
        case Node("def", (name, params), (body,)):
            functions[name] = (params, body)
        case Node("return", _, (value,)):
            raise Return(run(value, env, functions))
        case Node("call", "print", args):
            print(*(run(a, env, functions) for a in args))
        case Node("call", name, args):
            params, body = functions[name]
            try:
                run(body, dict(zip(params, [run(a, env, functions) for a in args])), functions)
            except Return as result:
                return result.args[0]


tree = Parser(source).block(None)
print(len(tree.children), tree.children[2])
run(tree, {}, {})
try:
    Parser("x = (1;").block(None)
except SyntaxError as e:
    print(e)
