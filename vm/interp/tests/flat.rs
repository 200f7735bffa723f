//! The handlers end in sibling calls: the native stack stays flat however many instructions run.

use interp::compile::{self, Mode};
use interp::{call, gil, start};
use objects::Ref;
use objects::state::ThreadState;
use objects::types::code::Code;
use objects::types::dict::Dict;

/// Every family of hot instructions some ten million times in all.
const PROGRAM: &str = "
class Point:
    def __init__(self, x):
        self.x = x
    def double(self):
        return self.x * 2

def numbers(n):
    for i in range(n):
        yield i

def work(n):
    total = 0
    items = [1, 2, 3]
    table = {'a': 1}
    for i in numbers(n):
        point = Point(i)
        if point.double() > 10 and i in table or not items:
            total += 1
        try:
            total += items[i % 3] + table['a']
            if i & 1023 == 0:
                raise ValueError
        except ValueError:
            total -= 1
        left, right = i, total
        items[0], items[1] = items[1], items[0]
        f'{left}'
    return total

result = work(60000)
";

/// A stack of some hundred kilobytes overflows after a few thousand nested handlers.
const STACK_SIZE: usize = 512 * 1024;

#[test]
fn the_native_stack_stays_flat() {
    let code = {
        start::start().expect("the interpreter starts");
        let code: Ref<Code> =
            compile::compile(PROGRAM.as_bytes(), "<flat>", Mode::Exec, 0, 0).expect("the program compiles");
        gil::release(objects::state::current());
        code
    };
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(move || {
        let ts = ThreadState::new(&objects::state::MAIN, 2);
        gil::acquire(&ts);
        let globals = Dict::new().expect("memory");
        let done = call::run_code(&code, &globals, &globals).is_ok();
        gil::release(&ts);
        done
    });
    assert!(thread.expect("the thread starts").join().expect("the thread ends"), "the program raised");
}
