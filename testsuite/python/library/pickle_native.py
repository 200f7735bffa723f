"""_pickle: every instruction, what cannot be pickled, memos, persistent ids, buffers."""

import _pickle as P, io, pickle, sys, re
def t(f):
    try: print(re.sub("0x[0-9a-f]+","0x",repr(f())))
    except BaseException as e: print(re.sub("0x[0-9a-f]+","0x",type(e).__name__+" "+str(e)))
class Foo: pass
def local():
    def g(): pass
    return g
def g2(): pass
g3=g2
def g2(): pass
for o in (local(), lambda:0, g3, Foo(), type('X',(),{}), print, len, [].append, sys, open, (i for i in []), object(), int, type(None), type(...), NotImplemented, ..., Foo.__dict__):
    for p in (0,2,3,4): t(lambda: P.dumps(o,p))
class R:
    def __init__(s,v): s.v=v
    def __reduce__(s): return s.v
for v in (3,(),(1,),(int,),(int,3),(3,()),(int,(),None,3),(int,(),None,None,3),(int,(),None,None,None,3),(int,(),1,2,3,4,5),'nope','len',(int,('5',)),(list,(),None,iter([1,2])),(dict,(),None,None,iter([(1,2)])),(dict,(),None,None,iter([1])),(Foo,(),{'a':1},None,None,lambda o,s:None)):
    t(lambda: P.dumps(R(v)))
import copyreg
for a in ((),(3,),(Foo,1),(int,)):
    t(lambda: P.dumps(R((copyreg.__newobj__,a))))
for a in ((),(3,(),{}),(Foo,1,{}),(Foo,(),3)):
    t(lambda: P.dumps(R((copyreg.__newobj_ex__,a))))
for b in (b'',b'N',b'.',b'a.',b'0.',b'1.',b'(.',b'((.',b'2.',b'(lp0\n.',b'I\n.',b'Ix\n.',b'I01\n.',b'I00\n.',b'I001\n.',b'I0x10\n.',b'I1L\n.',b'L5L\n.',b'L5\n.',b'Lx\n.',b'F1.5\n.',b'Fx\n.',b"S'abc'\n.",b'Sabc\n.',b"S'a\\x41'\n.",b'S"\xff"\n.',b'V\\u20acx\n.',b'V\\ux\n.',b'h\x00.',b'g5\n.',b'gx\n.',b'p0\n.',b'N(p0\n.',b'Np-1\n.',b'\x80\x06.',b'\x80\x05N.',b'\x82\x00.',b'\x82\x05.',b'\x84\xff\xff\xff\xff.',b'\x8a\x01\xff.',b'\x8b\xff\xff\xff\xff.',b'\x8b\x01\x00\x00\x00\x80.',b'cnope\nx\n.',b'K\x01K\x02\x93.',b'NNR.',b')NR.',b'N)R.',b'\x97.',b'N\x98.',b'(K\x01d.',b'}(K\x01u.',b'}K\x01K\x02s.',b'NK\x01K\x02s.',b'NK\x01a.',b']K\x01a.',b'](K\x01K\x02e.',b'\x8f(K\x01\x90.',b'N(K\x01\x90.',b'(K\x01\x91.',b'NNb.',b'P12\n.',b'P\xff\n.',b'NQ.',b'\x00.',b'\xff.',b'z.',b'\x95\x05\x00\x00\x00\x00\x00\x00\x00N.',b'\x95\xff\xff\xff\xff\xff\xff\xff\xffN.',b'K',b'X\x05\x00\x00\x00ab.',b'X\x02\x00\x00\x00\xff\xfe.',b'T\x02\x00\x00\x00ab.',b'U\x02ab.',b'T\xff\xff\xff\xff.',b'B\x02\x00\x00\x00ab.',b'\x8e\xff\xff\xff\xff\xff\xff\xff\xff.',b'\x96\x02\0\0\0\0\0\0\0ab.',b'NN\x81.',b'cbuiltins\nint\n)\x81.',b'cbuiltins\nint\nN\x81.',b'cbuiltins\nint\n)N\x92.',b'cbuiltins\nint\n)}\x92.',b'\x85.',b'N(\x85.',b'NN\x86.',b'\x94.',b'N\x94h\x00\x86.',b'(NN1N.',b'N(0.',b'(N0.',b'e.',b'u.',b'\x90.',b'b.',b'Nb.',b'N(b.',b'c__builtin__\nunicode\n.',b'ccopy_reg\n_reconstructor\n.', b'\x80\x04\x8c\x08builtins\x8c\x08int.real\x93.', b'\x80\x04\x8c\x08builtins\x8c\x0cint.<locals>\x93.',b'\x80\x03cbuiltins\nint.real\n.',b'\x80\x04\x8c\x08builtins\x8c\x05int.q\x93.'):
    print(b,end=' '); t(lambda: P.loads(b)); t(lambda: P.load(io.BytesIO(b)))
t(lambda:P.loads('abc')); t(lambda:P.loads(5)); t(lambda:P.load(5)); t(lambda:P.dump(1,5)); t(lambda:P.dumps(1,9)); t(lambda:P.dumps(1,-1)); t(lambda:P.dumps(1,None)); t(lambda:P.dumps(1,'a')); t(lambda:P.dumps(1,4,buffer_callback=print)); t(lambda:P.Pickler()); t(lambda:P.Pickler(3)); t(lambda:P.Pickler.__new__(P.Pickler).dump(3)); t(lambda:P.Unpickler.__new__(P.Unpickler).load()); t(lambda:P.Unpickler(3)); t(lambda:P.Unpickler()); t(lambda:P.loads(b'N.',encoding=3)); t(lambda:P.loads(b"S'\\xff'\n.",encoding='bytes')); t(lambda:P.loads(b"S'\\xff'\n.",encoding='latin1')); t(lambda:P.loads(b"S'\\xff'\n.",errors='replace')); t(lambda:P.loads(b'N.',buffers=3)); t(lambda:P.loads(b'\x97.',buffers=[])); t(lambda:P.loads(b'\x97\x98.',buffers=[bytearray(b'x')])); t(lambda:P.loads(b'\x97.',buffers=[5])); t(lambda:P.loads(b'\x97\x98.',buffers=[5]))
p=P.Pickler(io.BytesIO()); t(lambda:p.memo.copy()); p.dump(['a']); t(lambda:sorted(p.memo.copy().values(), key=lambda v: v[0])); p.clear_memo(); t(lambda:p.memo.copy()); t(lambda:p.memo.__reduce__())
def sm(v): p.memo=v
t(lambda:sm(3)); t(lambda:sm({1:2})); t(lambda:sm({1:(2,3)})); t(lambda:list(p.memo.copy().values())); t(lambda:sm(p.memo)); t(lambda: sm({1:(2,)}))
def dm(): del p.memo
t(dm); t(lambda:p.bin); t(lambda:p.fast); t(lambda:p.dispatch_table); t(lambda:p.persistent_id(3)); 
def sp(v): p.persistent_id=v
t(lambda:sp(5)); t(lambda:p.persistent_id)
def dp(): del p.persistent_id
t(dp); t(dp); t(lambda: p.persistent_id(4)); 
def sx(): p.foo=3
t(sx); t(lambda:sp(lambda o:None)); t(lambda:p.dump([1,2]))
p.fast=True; l=[]; l.append(l); t(lambda:p.dump(l)); 
u=P.Unpickler(io.BytesIO(P.dumps(['a']))); t(lambda:u.load()); t(lambda:u.memo.copy()); t(lambda:u.memo.__reduce__())
def um(v): u.memo=v
t(lambda:um(3)); t(lambda:um({'a':2})); t(lambda:um({-1:2}));  t(lambda: um({})); t(lambda:u.persistent_load(3)); t(lambda:u.find_class(1,2)); t(lambda:u.load())
class Up(P.Unpickler):
    def find_class(s,m,n): return (m,n)
    def persistent_load(s,pid): return ('pid',pid)
t(lambda: Up(io.BytesIO(b'cos\npath\n.')).load()); t(lambda: Up(io.BytesIO(b'P12\n.')).load()); t(lambda: Up(io.BytesIO(b'K\x05Q.')).load())
class Pp(P.Pickler):
    def persistent_id(s,o): return 'x' if o==5 else None
    def reducer_override(s,o): return (list,('ab',)) if isinstance(o,Foo) else NotImplemented
for pr in range(6):
    f=io.BytesIO(); Pp(f,pr).dump([1,5,Foo(),int]); t(f.getvalue)
class Pp(P.Pickler):
    def persistent_id(s,o): return 'é'
t(lambda:Pp(io.BytesIO(),0).dump(3)); t(lambda:Pp(io.BytesIO(),1).dump(3))
class Pd(P.Pickler): dispatch_table={complex:lambda c:(complex,(1,2))}
f=io.BytesIO(); Pd(f).dump(3j); t(f.getvalue)
B=P.PickleBuffer; t(lambda:B()); t(lambda:B(3)); b=B(bytearray(b'abc')); t(lambda:bytes(b)); t(lambda:b.raw()); t(lambda: P.dumps(b,4)); t(lambda:P.dumps(b,5)); t(lambda:P.dumps(B(b'abc'),5)); L=[]; t(lambda:P.dumps([b,B(b'x')],5,buffer_callback=L.append)); t(lambda:len(L)); b.release(); t(lambda:bytes(b)); t(lambda:b.raw()); t(lambda:P.dumps(b,5)); t(lambda: B(memoryview(b'abcdef')[::2]).raw()); t(lambda: P.dumps(B(memoryview(b'abcdef')[::2]),5)); t(lambda: B(x=3)); t(lambda: b.release()); m=B(memoryview(b'abcdabcd').cast('i')).raw(); t(lambda:(m.format,m.shape,m.ndim,m.itemsize,m.nbytes,m.readonly))
