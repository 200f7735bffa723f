//! Marshal of code objects against the reference, where one is installed.

use std::path::Path;
use std::process::Command;

use bytecode::marshal::Malformed;
use bytecode::marshal_code::{dump_code, load, load_code};

const SOURCE: &str = r#"
'doc'
import os.path as p, sys
BIG = -1267650600228229401496703205376; HALF = 1 << 60; X = 2.5; Y = 3j; E = 'h\xe9llo'; B = b'bytes'; L = 1000; S = '\ud800'
def f(a, /, b=1000, *c, d, **e):
    'doc'
    def g(): return a, 'hello world', 'hello world', (1, (2.5, 'x y')), b'bytes'
    try: return [x for x in c if x in {1, 'a', 1000, None}]
    finally: g()
class C:
    def m(self): self.z = 1; return ...
    async def n(self): return 1000, 2.5, 'hello world'
"#;

fn reference(args: &[&str]) -> Option<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("lib-python/reference/bin/python3.13");
    if !path.exists() {
        return None;
    }
    let output = Command::new(path).args(["-I", "-c"]).args(args).output().expect("the reference runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

const DUMP: &str = "import marshal, sys; \
    code = compile(sys.argv[1], 'some file.py', 'exec', dont_inherit=True); \
    sys.stdout.buffer.write(marshal.dumps(code))";

#[test]
fn loads_and_dumps_as_the_reference() {
    let Some(bytes) = reference(&[DUMP, SOURCE]) else { return };
    let code = load_code(&bytes).expect("readable");
    let again = dump_code(&code).expect("not too deep");
    assert_eq!(load_code(&again).expect("readable"), code);
    assert_eq!(again, bytes, "byte for byte");
}

#[test]
fn damaged_data_is_an_error() {
    assert_eq!(load(b"").unwrap_err().message(), "EOF read where object expected");
    assert_eq!(load(b"i\x01").unwrap_err().message(), "marshal data too short");
    assert_eq!(load(b"\x01").unwrap_err().message(), "bad marshal data (unknown type code)");
    assert!(matches!(load(b"r\x05\0\0\0"), Err(Malformed::Value(_))));
    assert_eq!(load(&b"(\x01\0\0\0".repeat(3000)).unwrap_err().message(), "recursion limit exceeded");
    assert!(load(b"\xa9\x01r\0\0\0\0").is_err(), "a tuple cannot contain itself");
}
