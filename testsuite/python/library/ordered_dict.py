"""OrderedDict in its corners, the iterators of deque, what namedtuple and Counter rest on."""

from collections import OrderedDict as O
def t(f):
    try: print(f())
    except BaseException as e: print(type(e).__name__, e)
t(lambda: O([()])); t(lambda:O([(1,)])); t(lambda:O([(1,2,3)])); t(lambda:O(1)); t(lambda:O(1,2)); t(lambda:O([1])); t(lambda: O().update(1,2)); t(lambda:O().pop()); t(lambda:O().pop(1)); t(lambda:O().popitem()); t(lambda:O().move_to_end(1)); t(lambda: O().setdefault()); t(lambda: O.fromkeys()); t(lambda: O.fromkeys('ab',value=3)); t(lambda:O().pop(1,default=3)); t(lambda:O().pop(key=1,default=3)); t(lambda:O().pop(1,2,3)); t(lambda:O().pop(x=3))
class S(O):
    def items(self): return [(1,2)]
s=S(a=1,b=2); t(lambda: repr(s))
class S2(O):
    def items(self): return [(1,2,3)]
s=S2(a=1,b=2); t(lambda: repr(s))
o=O(a=1,b=2); o.move_to_end('a'); t(lambda:o); dict.__delitem__(o,'a'); t(lambda:repr(o))
t(lambda: O(a=1)|{'b':2}); t(lambda:{'b':2}|O(a=1)); t(lambda: O(a=1)|3)
o=O(a=1)
def g():
    global o
    o|=[('x',3)]; return o
t(g)
o=O(a=1,b=2); dict.__setitem__(o,'z',3); t(lambda: (o,len(o),list(o)))
o['z']=4; t(lambda: (o,len(o),list(o)))
o=O(a=1,b=2);i=iter(o.items()); next(i); t(lambda: i.__reduce__()); t(lambda: list(i))
o=O(a=1,b=2);o['s']=o; t(lambda:o)
o=O(a=1,b=2);i=iter(o); o['c']=3; t(lambda:next(i)); t(lambda:next(i))
o=O(a=1,b=2);i=iter(o);dict.__setitem__(o,'z',3); t(lambda:next(i)); t(lambda:next(i))
o=O(a=1,b=2);o.foo=3; t(lambda: o.__reduce__()[:4]); t(lambda: o.copy().__dict__)
t(lambda: O(a=1,b=2)==O(b=2,a=1)); t(lambda: O(a=1,b=2)=={'b':2,'a':1}); t(lambda:O()<O()); t(lambda:hash(O()))
o=O(a=1,b=2); t(lambda: (o.keys()&{'a'}, o.items(), o.values(), list(reversed(o.items())), o.keys().mapping))
class P(O):
    def __missing__(self,k): return 9
t(lambda: P()['x']); t(lambda: P().pop('x')); t(lambda: P().setdefault('x'))
o=P(a=1); dict.__delitem__(o,'a'); t(lambda: o.pop('a')); t(lambda:o.popitem())
o=O(a=1); dict.__delitem__(o,'a'); t(lambda: o.pop('a')); t(lambda:o.popitem())
o=O(a=1); dict.__delitem__(o,'a'); t(lambda: o.pop('a',8));
t(lambda: O(a=1).copy()); t(lambda:type(O().keys())()); t(lambda: dict.__new__(O)); t(lambda: len(O.__new__(O)))
print(O.fromkeys.__doc__, O.update.__doc__, O.update.__text_signature__)
class R:
  x=5
  def random(s): s.x=(s.x*1103515245+12345)%2**31; return (s.x>>8)/2**23
  def randrange(s,n): return int(s.random()*n)
random=R()

o=O(); ref=[]
for i in range(20000):
    k=random.randrange(200); op=random.random()
    if op<.5:
        if k not in o: ref.append(k)
        o[k]=i
    elif op<.7:
        if k in o: del o[k]; ref.remove(k)
    elif op<.9:
        if k in o:
            l=random.random()<.5; o.move_to_end(k,l); ref.remove(k); ref.insert(len(ref) if l else 0,k)
    elif o:
        l=random.random()<.5; kk,_=o.popitem(l); assert kk==ref.pop(-1 if l else 0)
    if i%100==0: assert list(o)==ref and list(reversed(o))==ref[::-1]
print('ok',ref)
import _collections as c
d=c.deque([1,2,3])
it=iter(d); next(it)
t(lambda: it.__reduce__()); r=reversed(d); next(r); t(lambda: r.__reduce__())
I=c._deque_iterator
t(lambda: list(I(d))); t(lambda:list(I(d,1))); t(lambda:list(I(d,9)));t(lambda:list(I(d,-9)));t(lambda:I(1)); t(lambda:I()); t(lambda:I(d,1,2)); t(lambda:I(d,'a'))
t(lambda: list(c._deque_reverse_iterator(d,1)))
i=iter(d); d.append(1); t(lambda:next(i)); t(lambda:i.__length_hint__()); t(lambda:next(i)); t(lambda:i.__reduce__())
i=iter(d); list(i); t(lambda:i.__reduce__())
T=c._tuplegetter
t(lambda:T()); t(lambda:T('a',1)); t(lambda:T(1)); t(lambda:T(1,2,3)); t(lambda:T(index=1,doc=2))
class A(tuple): x=T(1,'d')
t(lambda:A([1,2]).x); t(lambda:A([1]).x); t(lambda:A.x); t(lambda: A.x.__get__(5)); t(lambda: A.x.__get__(None,5)); t(lambda: A.x.__get__(None))
def g(): A([1]).x=3
t(g)
def g(): del A([1]).x
t(g)
A.x.__doc__='new'; t(lambda: A.x.__doc__)
t(lambda: c._count_elements({},1)); t(lambda: c._count_elements(1,[])); t(lambda:c._count_elements(1,'ab'))
d={'a':'x'}
t(lambda: c._count_elements(d,'ab'))
class D(dict): pass
d=D(); c._count_elements(d,'abca'); print(d)
class D(dict):
    def __setitem__(s,k,v): dict.__setitem__(s,k,v*2)
d=D(); c._count_elements(d,'abca'); print(d)
class D(dict):
    def get(s,k,v): return 10
d=D(); c._count_elements(d,'abca'); print(d)
from collections import namedtuple, Counter
P=namedtuple('P','x y'); print(P(1,2), P.x, Counter('abracadabra').most_common(2))
