//! `cargo xtask api`: the exported C API against its census, `cpyext/api.txt`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use harness::python::Python;

use crate::process::{Result, flags};

/// The last column of a symbol that the executable does not export.
const MISSING: &str = "missing";

/// Compares the executable's exported symbols with the census; `--bless` writes down what is missing.
pub fn run(args: &[String]) -> Result {
    let ([bless], names) = flags(args, ["--bless"])?;
    if !names.is_empty() {
        return Err("api takes no names".into());
    }
    let python = Python::ours()?;
    let exported = exported(python.executable())?;
    let path = census();
    let text = fs::read_to_string(&path)?;
    let mut written = String::new();
    let mut counts = [0; 2];
    let mut wrong = Vec::new();
    for line in text.lines() {
        let columns: Vec<&str> = line.split(' ').collect();
        let (row, noted) = match columns[..] {
            [first, ..] if first.starts_with('#') => {
                written.push_str(line);
                written.push('\n');
                continue;
            }
            [_, name, kind] => ((name, kind), true),
            [_, name, kind, MISSING] => ((name, kind), false),
            _ => return Err(format!("{}: not a row: {line}", path.display()).into()),
        };
        let (name, kind) = row;
        let found = exported.get(name);
        counts[usize::from(found.is_some())] += 1;
        match (found, kind.parse::<u64>()) {
            (Some(&size), Ok(wanted)) if size != wanted => {
                wrong.push(format!("{name} has {size} bytes instead of {wanted}"));
            }
            (None, _) if noted && !bless => wrong.push(format!("{name} is not exported")),
            (Some(_), _) if !noted && !bless => {
                wrong.push(format!("{name} is exported, but noted as missing"))
            }
            _ => {}
        }
        written.push_str(&columns[..3].join(" "));
        if found.is_none() {
            written.push(' ');
            written.push_str(MISSING);
        }
        written.push('\n');
    }
    println!("api: {} symbols exported, {} missing", counts[1], counts[0]);
    if bless {
        fs::write(&path, written)?;
    }
    match wrong[..] {
        [] => Ok(()),
        _ => Err(format!("{}\n(`cargo xtask api --bless` notes what is missing)", wrong.join("\n")).into()),
    }
}

fn census() -> PathBuf {
    harness::repository().join("cpyext/api.txt")
}

/// The names and sizes of the dynamic symbols that an executable defines.
fn exported(executable: &Path) -> Result<HashMap<String, u64>> {
    const SHT_DYNSYM: u32 = 11;
    const SECTION: usize = 64;
    const SYMBOL: usize = 24;
    let image = fs::read(executable)?;
    let bytes = |at: usize, len: usize| image.get(at..at.saturating_add(len)).ok_or("a damaged executable");
    let number = |at: usize, len: usize| -> Result<u64> {
        let mut value = [0; 8];
        value[..len].copy_from_slice(bytes(at, len)?);
        Ok(u64::from_le_bytes(value))
    };
    let place = |at: usize| -> Result<usize> { Ok(usize::try_from(number(at, 8)?)?) };
    if bytes(0, 6)? != b"\x7fELF\x02\x01" {
        return Err("the executable is not a 64-bit little-endian ELF file".into());
    }
    let sections = place(0x28)?;
    let mut symbols = HashMap::new();
    for index in 0..number(0x3c, 2)? as usize {
        let section = sections + index * SECTION;
        if number(section + 4, 4)? != u64::from(SHT_DYNSYM) {
            continue;
        }
        let (table, size) = (place(section + 0x18)?, place(section + 0x20)?);
        let strings = place(sections + number(section + 0x28, 4)? as usize * SECTION + 0x18)?;
        for symbol in (table..table + size).step_by(SYMBOL) {
            let is_defined = number(symbol + 6, 2)? != 0;
            let name = strings + number(symbol, 4)? as usize;
            let name: Vec<u8> =
                image.get(name..).unwrap_or_default().iter().copied().take_while(|&b| b != 0).collect();
            if is_defined {
                symbols.insert(String::from_utf8_lossy(&name).into_owned(), number(symbol + 16, 8)?);
            }
        }
    }
    Ok(symbols)
}
