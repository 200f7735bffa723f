def f(x):
    try:
        return g(x)
    except (A, B) as e:
        raise C from e
    except D:
        pass
    else:
        x = 1
    finally:
        done(x)


def loop(xs):
    for x in xs:
        try:
            continue
        finally:
            with a(x) as b, c:
                return b


try:
    pass
except* ValueError as e:
    print(e)
except* (TypeError, OSError):
    pass
else:
    x = 2
finally:
    del x
