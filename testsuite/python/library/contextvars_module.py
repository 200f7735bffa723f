"""contextvars: variables, tokens, contexts; maps of many variables."""

import _contextvars as c, re
def t(f):
    try: r=repr(f())
    except BaseException as e: r=type(e).__name__+' '+str(e)
    print(re.sub('0x[0-9a-f]+','0x',r))
V=c.ContextVar
t(lambda:V()); t(lambda:V(1)); t(lambda:V('a',default=3)); t(lambda:V('a',3)); v=V('a'); t(lambda:v.get()); t(lambda:v.get(3)); tok=v.set(5); t(lambda:tok); t(lambda: tok.old_value); t(lambda:v.reset(3)); v.reset(tok); t(lambda:tok);t(lambda:v.reset(tok)); t(lambda:V[int]); t(lambda:c.Token()); t(lambda: c.Token.MISSING); t(lambda:type(c.Token.MISSING)); 
w=V('b'); t(lambda: w.reset(tok)); 
x=c.copy_context(); t(lambda:x); t(lambda:len(x)); t(lambda:x.run()); t(lambda:x.run(x.run,print)); t(lambda:x['a']); t(lambda:x[v]); t(lambda: 1 in x); t(lambda:x.get(1)); t(lambda:x.get(v,4)); t(lambda:x.run(v.set,3)); t(lambda:x.keys()); t(lambda:list(x.items())); t(lambda:c.Context(1)); t(lambda:c.Context(a=1)); t(lambda:x==x.copy()); t(lambda:x<x); t(lambda:hash(x)); t(lambda:iter(x)); t(lambda:type(x.values())); t(lambda:hash(v)==hash(v)); t(lambda: v.name); 
tk=x.run(v.set,3); t(lambda: v.reset(tk)); t(lambda: next(x.values())); t(lambda: x.keys().__iter__())
t(lambda: type('A',(V,),{})); t(lambda: c.Token[int]); t(lambda: tk.var)
vs=[V(str(i)) for i in range(3000)]
def go():
    for i,v in enumerate(vs): v.set(i)
    ctx=c.copy_context(); a=dict(ctx.items())
    assert a=={v:i for i,v in enumerate(vs)}, len(a)
    toks=[v.set(-1) for v in vs[::2]]
    assert [v.get() for v in vs]==[-1 if i%2==0 else i for i in range(3000)]
    for v,tok in zip(vs[::2],toks): v.reset(tok)
    assert c.copy_context()==ctx
    print(len(ctx))
def go2():
    toks=[v.set(i) for i,v in enumerate(vs)]
    for v,tok in zip(vs,toks): v.reset(tok)
    print(len(c.copy_context()))
c.Context().run(go); c.Context().run(go2); t(lambda: vs[0].get())
t(lambda: V('q',default=None).get()); t(lambda: V('q',foo=None).get()); t(lambda: V(name='q'))
