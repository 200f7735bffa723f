"""Method calls on a chain of constraint objects of several classes."""


class Variable:
    def __init__(self, value):
        self.value, self.stay = value, True


class Constraint:
    def __init__(self, a, b):
        self.a, self.b = a, b

    def execute(self):
        raise NotImplementedError

    def check(self):
        if self.a.stay:
            self.execute()
            return 1
        return 0


class Equal(Constraint):
    def execute(self):
        self.b.value = self.a.value


class Scale(Constraint):
    def __init__(self, a, b, factor, offset):
        super().__init__(a, b)
        self.factor, self.offset = factor, offset

    def execute(self):
        self.b.value = (self.a.value * self.factor + self.offset) % 1000003


class Edit(Constraint):
    def check(self):
        self.a.value += 1
        return super().check()

    def execute(self):
        self.b.value = self.a.value


variables = [Variable(i) for i in range(301)]
plan = []
for i in range(300):
    kind = (Equal, Scale, Edit)[i % 3]
    args = (variables[i], variables[i + 1]) + ((i, 7) if kind is Scale else ())
    plan.append(kind(*args))
done = 0
for _ in range(3000):
    for constraint in plan:
        done += constraint.check()
print(done, variables[-1].value)
