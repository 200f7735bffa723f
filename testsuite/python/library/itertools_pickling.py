"""itertools: what the iterators reduce to, and the states they take."""

import itertools as I, warnings, pickle, operator, copy
warnings.simplefilter('ignore')
import re
def t(f):
    try: print(re.sub("0x[0-9a-f]+","0x",repr(f())))
    except BaseException as e: print(type(e).__name__, e)
def show(it,n=2):
    print(type(it).__name__); t(lambda:it.__reduce__())
    for _ in range(n):
        try: next(it)
        except Exception: pass
    t(lambda:it.__reduce__())
    try: list(zip(it,range(50)))
    except Exception as e: print(e)
    t(lambda:it.__reduce__())
class L(list):
    def __repr__(s): return 'L'
    def __iter__(s): return iter([1,2,3,4,5,6])
for mk in (lambda:I.chain('ab','cd'),lambda:I.chain(),lambda:I.starmap(operator.add,[(1,2)]),lambda:I.zip_longest('ab','c',fillvalue=3),lambda:I.batched('abc',2),lambda:I.pairwise('abc'),lambda:I.product('ab','cd'),lambda:I.product(),lambda:I.product('ab',''),lambda:I.product('ab',repeat=2),lambda:I.combinations('abcd',2),lambda:I.combinations('a',2),lambda:I.combinations_with_replacement('ab',2),lambda:I.permutations('abc',2),lambda:I.permutations('a',2),lambda:I.count(3),lambda:I.count(3,2),lambda:I.count(1.5),lambda:I.count(2**63-2),lambda:I.cycle('abc'),lambda:I.cycle(''),lambda:I.repeat(3),lambda:I.repeat(3,2),lambda:I.accumulate([1,2,3]),lambda:I.accumulate([1,2,3],operator.mul),lambda:I.accumulate([1,2],initial=5),lambda:I.accumulate([None,2],lambda a,b:None),lambda:I.compress('abc',[1,0,1]),lambda:I.dropwhile(bool,[1,0,1]),lambda:I.takewhile(bool,[1,1,0]),lambda:I.filterfalse(bool,[0,1,0]),lambda:I.filterfalse(None,[0,1,0]),lambda:I.islice('abcdef',2),lambda:I.islice('abcdef',1,None,2),lambda:I.islice('abcdef',None),lambda:I.groupby('aab'),lambda:I.tee('abc')[0]):
    show(mk())
g=I.groupby('aabb'); k,gr=next(g); t(lambda:gr.__reduce__()); next(gr); t(lambda:g.__reduce__()); next(g); t(lambda:gr.__reduce__()); list(g);t(lambda:g.__reduce__())
a,b=I.tee('abcde'); next(a); next(a); t(lambda:a.__reduce__()[0]); t(lambda:a.__reduce__()[1:]); t(lambda: type(a.__reduce__()[2][0])); t(lambda: a.__reduce__()[2][0].__reduce__()); t(lambda: b.__reduce__()[2][1])
T=type(a); D=type(a.__reduce__()[2][0]); t(lambda:list(T(D(iter('xyz'),['q'],None)))) ; t(lambda: D()); t(lambda:D(iter(''),1,None)); t(lambda: D(iter(''),['a'],3)); t(lambda: D(1,['a'],3)); t(lambda: D(iter('bcd'),['a']*58,None))
x=T(''); x.__setstate__((D(iter('bcd'),['a'],None),0)); t(lambda:list(x)); t(lambda:x.__setstate__(3)); t(lambda:x.__setstate__((1,2))); t(lambda: x.__setstate__((D(iter('bcd'),['a'],None),90))); t(lambda: x.__setstate__((D(iter('bcd'),['a'],None),-1)))
for mk,st in ((lambda:I.chain('ab'),[(),(iter('xy'),),(iter([iter('q')]),iter('z')),3,(1,),(iter(''),1),(1,2,3)]),(lambda:I.zip_longest('ab'),[3,None]),(lambda:I.product('ab','cd'),[(0,1),(1,1),(9,9),(-5,0),3,(1,),('a',1)]),(lambda:I.combinations('abcd',2),[(1,2),(9,9),(-1,0),3,(1,)]),(lambda:I.combinations_with_replacement('ab',2),[(1,1),(9,9),(-1,0),3,(1,)]),(lambda:I.permutations('abc',2),[((1,0,2),(2,2)),((9,9,9),(9,9)),((-1,0,0),(-3,0)),3,((1,),(2,)),(1,2)]),(lambda:I.cycle('abc'),[(['x','y'],0),(['x','y'],1),3,(1,2),(['x'],'a')]),(lambda:I.accumulate([1,2]),[5,None]),(lambda:I.dropwhile(bool,[1,0]),[True,0,'a']),(lambda:I.takewhile(bool,[1,0]),[True,0]),(lambda:I.islice('abcdef',1,5,2),[1,2,0,'a',-1]),(lambda:I.groupby('aabb'),[('a','a','a'),3,(1,2)])):
    for s in st:
        it=mk(); t(lambda:it.__setstate__(s)); t(lambda:list(zip(it,range(12))) if type(it).__name__!='groupby' else [(k,list(g)) for k,g in it])
warnings.simplefilter('error')
for f in (lambda:I.count().__reduce__(),lambda:I.chain().__setstate__((iter(''),)),lambda:copy.copy(I.repeat(3)),lambda:I.tee('')[0].__reduce__(),lambda:I.tee('')[0].__copy__(),lambda:I.islice('',1).__setstate__(1),lambda:next(I.groupby('a'))[1].__reduce__(),lambda:I.product().__setstate__(()),lambda: I.batched('a',1).__reduce__(), lambda: I.pairwise('a').__reduce__(), lambda:I.cycle('').__setstate__(([],0)), lambda: I.permutations('').__setstate__(((),()))): t(f)
