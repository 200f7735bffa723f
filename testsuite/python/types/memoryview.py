"""memoryview: indexing, casts, assignment, comparison, release."""


def show(expression):
    try:
        text = ascii(eval(expression))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    print(ascii(expression), text)


b=bytearray(range(12)); m=memoryview(b)
c=m.cast('B',[3,4])
for line in r"""
c.tolist()
c[1,2]
c[1]
c[0:1].tolist(), c[::2].tolist(), c[::-1].tobytes()
c.strides, c.shape
c[5,0]
c[0,0,0]
c[0:1,0:1]
len(c), m.nbytes, m.itemsize, m.ndim, m.readonly, m.format, m.suboffsets
list(c)
c['a',0]
c==c
c.cast('B').tolist()
m.cast('B',[3,5])
m.cast('I',[0])
m.cast('I',[3]).tolist()
m[::2].cast('B')
m[::2].tolist(), m[::-1].tobytes(), m[::2].contiguous, bytes(m[::2]), c.tobytes('F'), c.hex(), m.hex(':',2)
memoryview(b'').shape
m.cast('c')[0], m.cast('?')[1], m.cast('f')[0], m.cast('e')[1], m.cast('h')[1], m.cast('H')[0]
m.cast('P')
m.cast('@I').format
m.cast('I').cast('H')
m.cast(1)
m.cast('B',1)
m.cast('B',[])
m[:1].cast('B',[]).tolist(), m[:1].cast('B',[])[()], m[:1].cast('B',[]).shape
len(m[:1].cast('B',[]))
m[:1].cast('B',[])[0]
m.cast('B',[-1])
m.cast('B',['a'])
m.cast('B',[1]*65)
m.cast('x')
m[:3].cast('I')
m.cast('b')==m, m.toreadonly().readonly, memoryview(m).obj is b
""".strip().split("\n"):
    show(line)
def s(v,k,x): v[k]=x
for line in r"""
s(m.cast('c'),0,b'z')
s(m.cast('c'),0,1)
s(m.cast('I'),0,-1)
s(m.cast('i'),0,2**40)
s(m.cast('f'),0,'a')
s(m.cast('f'),0,1.5), bytes(b)
s(m.cast('?'),0,[])
s(c,(0,0),9)
s(c,0,9)
s(m,slice(0,4,2),b'ab')
s(m,slice(0,2),memoryview(b'ab').cast('b'))
bytes(b)
s(m,slice(0,3),m[1:4]), bytes(b)
s(m,9,'a')
s(m,9,300)
s(m,99,1)
s(m,'a',1)
s(m,slice(0,1),b'')
s(c,(slice(0,1),slice(0,1)),1)
hash(memoryview(b'ab').cast('H'))
hash(memoryview(b'ab').cast('b'))==hash(b'ab')
hash(m)
memoryview(b'abc')==b'abc', memoryview(b'abc')=='abc', memoryview(b'abc')!=b'abd', memoryview(b'abc')[::2]==b'ac'
m<m
memoryview(b).__setitem__(0,1)
memoryview(b'a').__setitem__(0,1)
m.__delitem__(0)
m.tobytes(None)
m.tobytes('Q')
m.tobytes('x',1)
m.__enter__() is m
""".strip().split("\n"):
    show(line)
x=memoryview(bytearray(5)); y=memoryview(x)
for line in r"""
x.release(), y[0], y.release()
x[0]
x.format
repr(x)[:12], repr(m)[:10]
list(memoryview(b'abc')), type(iter(memoryview(b'a')))
memoryview(1)
memoryview()
memoryview(object=b'a')[0]
memoryview._from_flags(b'a',0x11c).format
memoryview._from_flags(b'a',1).format
m[9], m[-1]
m[99]
m['a']
m[0,0]
m[()]
memoryview.__doc__
""".strip().split("\n"):
    show(line)
z=bytearray(b'abc'); zm=memoryview(z); zz=memoryview(zm)
for line in r"""
zm.release(), zz.release(), z.append(1), z
memoryview(b'abc').__exit__(1,2,3)
m.cast('d'), m.cast(format='B', shape=(2,6)).shape
bytes(memoryview(b'abcd').cast('H')), bytearray(memoryview(b'abcd')[::2]), b''.join([memoryview(b'ab')])
m.cast('B').index
memoryview(b'ab').cast('B',(1,2)).f_contiguous, memoryview(b'abcd').cast('B',(2,2)).f_contiguous
m.obj is b, m.c_contiguous
""".strip().split("\n"):
    show(line)
