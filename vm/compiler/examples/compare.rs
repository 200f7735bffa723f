//! Compiles Python files with this compiler and with a reference CPython 3.13, and reports the code objects
//! that differ, each with the first field that does.
//!
//! `compare PYTHON [-O LEVEL]… [-m MODE] [-f FLAGS] [-s] [-v] PATH…`; a directory stands for the `.py` files below
//! it. Without `-O` all three levels are compared. `-m` is `exec`, `eval` or `single`; `-f` are the flags of
//! `compile()`; `-s` compares symbol tables instead; `-v` shows the differences.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytecode::code::{Code, Const};
use bytecode::dis;
use bytecode::marshal_code::{dump_code, load_code};
use compiler::Options;
use compiler::names::Names;
use compiler::symtable::{BlockId, SymbolTable};
use syntax::{Arena, Mode, source};

/// Reads file names, writes for each: seconds, status, size, and the marshalled code object or the error.
const REFERENCE: &str = r#"
import marshal, struct, sys, time, warnings
warnings.simplefilter('ignore')
optimize, mode, flags, symbols = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == 'true'
def dump(table, out, depth):
    out.append(f'{" " * depth}{table.type} {table.name} {table.lineno} {table.nested} {list(table.varnames)}')
    out += (f'{" " * depth} {name} {bits}' for name, bits in sorted(table.symbols.items()))
    for child in table.children: dump(child, out, depth + 1)
    return out
out = sys.stdout.buffer
for name in sys.stdin.read().splitlines():
    with open(name, 'rb') as f: data = f.read()
    start = time.perf_counter()
    try:
        if symbols:
            import _symtable
            table = _symtable.symtable(data, name, mode)
            seconds = time.perf_counter() - start
            status, payload = 2, '\n'.join(dump(table, [], 0)).encode()
        else:
            code = compile(data, name, mode, dont_inherit=True, optimize=optimize, flags=flags)
            seconds = time.perf_counter() - start
            status, payload = 0, marshal.dumps(code)
    except SyntaxError as e:
        seconds = time.perf_counter() - start
        status, payload = 1, f'{type(e).__name__}: {e.msg} ({e.lineno}:{e.offset}-{e.end_lineno}:{e.end_offset})'.encode('utf-8', 'replace')
    except Exception as e:
        seconds = time.perf_counter() - start
        status, payload = 1, f'{type(e).__name__}: {e}'.encode('utf-8', 'replace')
    out.write(struct.pack('<dBI', seconds, status, len(payload)) + payload)
"#;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let Some(python) = args.next() else {
        eprintln!("usage: compare PYTHON [-O LEVEL]... [-v] PATH...");
        return ExitCode::FAILURE;
    };
    let (mut levels, mut files) = (Vec::new(), Vec::new());
    let mut how = How { mode: "exec".into(), flags: 0, symbols: false, verbose: false };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-O" => levels.extend(args.next().and_then(|l| l.parse::<u8>().ok())),
            "-m" => how.mode = args.next().unwrap_or_default(),
            "-f" => how.flags = args.next().and_then(|f| f.parse().ok()).unwrap_or(0),
            "-s" => how.symbols = true,
            "-v" => how.verbose = true,
            path => collect(Path::new(path), &mut files),
        }
    }
    if levels.is_empty() {
        levels = vec![0, 1, 2];
    }
    files.sort();
    let mut differing = 0;
    for level in levels {
        match compare(&python, level, &files, &how) {
            Ok(n) => differing += n,
            Err(e) => {
                eprintln!("{python}: {e}");
                return ExitCode::FAILURE;
            }
        }
    }
    if differing == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What is compiled how.
struct How {
    mode: String,
    flags: u32,
    symbols: bool,
    verbose: bool,
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if !path.is_dir() {
        files.push(path.to_owned());
        return;
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() || path.extension().is_some_and(|e| e == "py") {
            collect(&path, files);
        }
    }
}

fn compare(python: &str, level: u8, files: &[PathBuf], how: &How) -> std::io::Result<usize> {
    let mut child = Command::new(python)
        .args(["-I", "-c", REFERENCE, &level.to_string(), &how.mode])
        .args([how.flags.to_string(), how.symbols.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let names: String = files.iter().map(|f| format!("{}\n", f.display())).collect();
    if let Some(mut stdin) = child.stdin.take() {
        std::thread::spawn(move || stdin.write_all(names.as_bytes()));
    }
    let Some(mut answers) = child.stdout.take().map(std::io::BufReader::new) else { return Ok(0) };
    let (mut ours_time, mut theirs_time) = (Duration::ZERO, 0.0);
    let (mut differing, mut marshal_differing, mut same_errors) = (0, 0, 0);
    for file in files {
        let mut head = [0; 13];
        answers.read_exact(&mut head)?;
        let [seconds @ .., status, a, b, c, d] = head;
        theirs_time += f64::from_le_bytes(seconds);
        let mut payload = vec![0; u32::from_le_bytes([a, b, c, d]) as usize];
        answers.read_exact(&mut payload)?;
        let data = std::fs::read(file)?;
        let start = Instant::now();
        if how.symbols {
            let ours = symbols(&data, how).unwrap_or_else(|e| e);
            ours_time += start.elapsed();
            let theirs = String::from_utf8_lossy(&payload);
            if ours != theirs {
                differing += 1;
                let at = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
                println!("{}: {at:?}", file.display());
            }
            continue;
        }
        let ours = compile(&data, &file.display().to_string(), level, how);
        ours_time += start.elapsed();
        let problem = match (ours, status) {
            (Ok(ours), 0) => match load_code(&payload) {
                Ok(theirs) => {
                    let problem = difference(&ours, &theirs, how.verbose);
                    let bytes = dump_code(&ours).unwrap_or_default();
                    if problem.is_none() && bytes != payload {
                        marshal_differing += 1;
                        if how.verbose {
                            println!(
                                "-O{level} {}: marshalled differently{}",
                                file.display(),
                                window(&bytes, &payload)
                            );
                        }
                    }
                    problem
                }
                Err(e) => Some(format!("unreadable: {}", e.message())),
            },
            (Err(ours), 1) => {
                let theirs = String::from_utf8_lossy(&payload);
                let same = ours == theirs;
                same_errors += usize::from(same);
                (!same).then(|| format!("error: {ours}\n    reference: {theirs}"))
            }
            (Ok(_), _) => Some(format!("no error; reference: {}", String::from_utf8_lossy(&payload))),
            (Err(ours), _) => Some(format!("error: {ours}")),
        };
        if let Some(problem) = problem {
            differing += 1;
            println!("-O{level} {}: {problem}", file.display());
        }
    }
    child.wait()?;
    let ours = ours_time.as_secs_f64();
    println!(
        "-O{level}: {} files, {differing} differ ({same_errors} with the same error), {marshal_differing} marshalled \
         differently; {ours:.2} s, reference {theirs_time:.2} s, ratio {:.2}",
        files.len(),
        ours / theirs_time
    );
    Ok(differing)
}

/// The one codec beside UTF-8 that the library's files are in.
struct Latin1;

impl source::Codecs for Latin1 {
    fn decode(&self, encoding: &str, bytes: &[u8]) -> Result<String, String> {
        if matches!(encoding, "iso-8859-1" | "latin-1" | "iso-8859-15") {
            return Ok(bytes.iter().map(|&b| char::from(b)).collect());
        }
        source::NoCodecs.decode(encoding, bytes)
    }
}

fn mode(how: &How) -> Mode {
    match how.mode.as_str() {
        "eval" => Mode::Eval,
        "single" => Mode::Single,
        _ => Mode::Exec,
    }
}

fn compile(data: &[u8], name: &str, level: u8, how: &How) -> Result<Rc<Code>, String> {
    let decoded = source::decode(data, true, &Latin1).map_err(|e| e.to_string())?;
    let options = Options { optimize: level, flags: how.flags };
    compiler::compile_source(&decoded.text, name, mode(how), options, &mut |_| true)
        .map_err(|e| e.to_string())
}

/// The symbol table as text.
fn symbols(data: &[u8], how: &How) -> Result<String, String> {
    let decoded = source::decode(data, true, &Latin1).map_err(|e| e.to_string())?;
    let arena = Arena::new();
    let parsed = syntax::parse(&arena, &decoded.text, mode(how), &syntax::Options::default());
    let module = arena.alloc(parsed.result.map_err(|e| e.to_string())?);
    let (table, names) = compiler::symbol_table(module, Options::default()).map_err(|e| e.to_string())?;
    let mut lines = Vec::new();
    dump(&table, &names, BlockId::TOP, 0, &mut lines);
    Ok(lines.join("\n"))
}

fn dump(table: &SymbolTable, names: &Names, id: BlockId, depth: usize, lines: &mut Vec<String>) {
    let block = table.block(id);
    let pad = " ".repeat(depth);
    let varnames: Vec<_> = block.varnames.iter().map(|n| format!("'{}'", names.text(*n))).collect();
    lines.push(format!(
        "{pad}{} {} {} {} [{}]",
        block.kind as u32,
        names.text(block.name),
        block.location.lineno,
        u8::from(block.nested),
        varnames.join(", ")
    ));
    let mut symbols: Vec<_> = block.symbols.iter().map(|(n, s)| (names.text(n), s.0)).collect();
    symbols.sort();
    lines.extend(symbols.iter().map(|(name, bits)| format!("{pad} {name} {bits}")));
    block.children.iter().for_each(|&child| dump(table, names, child, depth + 1, lines));
}

/// The first difference between two code objects, outer ones first.
fn difference(ours: &Code, theirs: &Code, verbose: bool) -> Option<String> {
    let shown = |list: &[Const]| list.iter().map(dis::show).collect::<Vec<_>>().join(", ");
    let text = |code: &Code| dis::listing(&Code { consts: strip(code), ..code.clone() });
    let mut found = None;
    let mut check = |field: &str, same: bool, detail: &dyn Fn() -> String| {
        if !same && found.is_none() {
            let detail = if verbose { format!("\n{}", detail()) } else { String::new() };
            found = Some(format!("{} line {}: {field}{detail}", theirs.qualname, theirs.firstlineno));
        }
    };
    let listings = || {
        let (a, b) = (text(ours), text(theirs));
        let at = a.lines().zip(b.lines()).position(|(a, b)| a != b).unwrap_or(0).saturating_sub(6);
        let part = |s: &str| s.lines().skip(at).take(16).collect::<Vec<_>>().join("\n");
        format!("--- ours\n{}\n--- reference\n{}", part(&a), part(&b))
    };
    let pair = |a: String, b: String| format!("    {a}\n    {b}");
    check("name", ours.name == theirs.name, &|| pair(ours.name.to_string(), theirs.name.to_string()));
    check("qualname", ours.qualname == theirs.qualname, &|| {
        pair(ours.qualname.to_string(), theirs.qualname.to_string())
    });
    check("firstlineno", ours.firstlineno == theirs.firstlineno, &String::new);
    let args = |c: &Code| (c.argcount, c.posonlyargcount, c.kwonlyargcount);
    check("argument counts", args(ours) == args(theirs), &String::new);
    check("flags", ours.flags == theirs.flags, &|| {
        pair(format!("{:#x}", ours.flags), format!("{:#x}", theirs.flags))
    });
    check("names", ours.names == theirs.names, &|| {
        pair(format!("{:?}", ours.names), format!("{:?}", theirs.names))
    });
    check("localsplusnames", ours.localsplusnames == theirs.localsplusnames, &|| {
        pair(format!("{:?}", ours.localsplusnames), format!("{:?}", theirs.localsplusnames))
    });
    check("localspluskinds", ours.localspluskinds == theirs.localspluskinds, &|| {
        pair(format!("{:?}", ours.localspluskinds), format!("{:?}", theirs.localspluskinds))
    });
    check("code", ours.code == theirs.code, &listings);
    check("stacksize", ours.stacksize == theirs.stacksize, &|| {
        pair(ours.stacksize.to_string(), theirs.stacksize.to_string())
    });
    check("exceptiontable", ours.exceptiontable == theirs.exceptiontable, &listings);
    check("linetable", ours.linetable == theirs.linetable, &|| locations(ours, theirs));
    let plain = |c: &Code| strip(c);
    check("consts", plain(ours) == plain(theirs), &|| pair(shown(&ours.consts), shown(&theirs.consts)));
    if found.is_none() {
        found = ours.children().zip(theirs.children()).find_map(|(a, b)| difference(a, b, verbose));
    }
    found
}

/// The bytes around the first difference.
fn window(ours: &[u8], theirs: &[u8]) -> String {
    let at = ours.iter().zip(theirs).position(|(a, b)| a != b).unwrap_or(0);
    let part = |b: &[u8]| b[at.saturating_sub(40)..b.len().min(at + 40)].escape_ascii().to_string();
    format!(" at {at}\n    {}\n    {}", part(ours), part(theirs))
}

/// The constants with nested code objects left out.
fn strip(code: &Code) -> Rc<[Const]> {
    code.consts
        .iter()
        .map(|c| if matches!(c, Const::Code(_)) { Const::Ellipsis } else { c.clone() })
        .collect()
}

/// The first instruction with another location.
fn locations(ours: &Code, theirs: &Code) -> String {
    use bytecode::line_table::location_of;
    for i in dis::instructions(&theirs.code) {
        let a = location_of(&ours.linetable, ours.firstlineno, i.unit);
        let b = location_of(&theirs.linetable, theirs.firstlineno, i.unit);
        if a != b {
            return format!("    {} {}: {a:?}\n    reference {b:?}", i.unit * 2, i.opcode.name());
        }
    }
    "    same locations, other encoding".into()
}
