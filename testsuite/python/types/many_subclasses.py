"""The subclasses of a class with many: in the order in which they were made, without those that have gone."""

import gc


class Base:
    pass


def names(base):
    return " ".join(each.__name__ for each in base.__subclasses__())


made = [type(f"C{number}", (Base,), {}) for number in range(60)]
print(names(Base))
del made[::3]
gc.collect()
print(names(Base))
made += [type(f"D{number}", (Base,), {}) for number in range(5)]
print(names(Base))
del made[5:]
gc.collect()
print(names(Base))

# One that goes to another base and comes back is the last then.
class Other:
    pass


made[1].__bases__ = (Other,)
print(names(Base), "-", names(Other))
made[1].__bases__ = (Base,)
print(names(Base), "-", names(Other))

# A change reaches all of them.
made += [type(f"E{number}", (Base,), {}) for number in range(30)]
Base.__len__ = lambda self: 7
print({len(each()) for each in made})
del Base.__len__
for each in made[::10]:
    try:
        len(each())
    except TypeError as error:
        print(error)
