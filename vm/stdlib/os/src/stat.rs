//! `_stat`: the bits of file modes.

use objects::types::int::new_int;
use objects::types::module::Module;
use objects::{Result, raise};

const CONSTANTS: &[(&str, i64)] = &[
    ("S_IFDIR", 0o040000),
    ("S_IFCHR", 0o020000),
    ("S_IFBLK", 0o060000),
    ("S_IFREG", 0o100000),
    ("S_IFIFO", 0o010000),
    ("S_IFLNK", 0o120000),
    ("S_IFSOCK", 0o140000),
    ("S_IFDOOR", 0),
    ("S_IFPORT", 0),
    ("S_IFWHT", 0),
    ("S_ISUID", 0o4000),
    ("S_ISGID", 0o2000),
    ("S_ISVTX", 0o1000),
    ("S_ENFMT", 0o2000),
    ("S_IREAD", 0o400),
    ("S_IWRITE", 0o200),
    ("S_IEXEC", 0o100),
    ("S_IRWXU", 0o700),
    ("S_IRUSR", 0o400),
    ("S_IWUSR", 0o200),
    ("S_IXUSR", 0o100),
    ("S_IRWXG", 0o070),
    ("S_IRGRP", 0o040),
    ("S_IWGRP", 0o020),
    ("S_IXGRP", 0o010),
    ("S_IRWXO", 0o007),
    ("S_IROTH", 0o004),
    ("S_IWOTH", 0o002),
    ("S_IXOTH", 0o001),
    ("UF_SETTABLE", 0xffff),
    ("UF_NODUMP", 1),
    ("UF_IMMUTABLE", 2),
    ("UF_APPEND", 4),
    ("UF_OPAQUE", 8),
    ("UF_NOUNLINK", 16),
    ("UF_COMPRESSED", 32),
    ("UF_TRACKED", 64),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("SF_SETTABLE", 0xffff0000),
    ("SF_ARCHIVED", 65536),
    ("SF_IMMUTABLE", 131072),
    ("SF_APPEND", 262144),
    ("SF_NOUNLINK", 1048576),
    ("SF_SNAPSHOT", 2097152),
    ("SF_FIRMLINK", 8388608),
    ("SF_DATALESS", 1073741824),
    ("ST_MODE", 0),
    ("ST_INO", 1),
    ("ST_DEV", 2),
    ("ST_NLINK", 3),
    ("ST_UID", 4),
    ("ST_GID", 5),
    ("ST_SIZE", 6),
    ("ST_ATIME", 7),
    ("ST_MTIME", 8),
    ("ST_CTIME", 9),
];

const FORMAT: i64 = 0o170000;

fn is(mode: i64, kind: i64) -> Result<bool> {
    if mode < 0 || mode > u32::MAX.into() {
        return Err(raise!(OverflowError, "mode out of range"));
    }
    Ok(mode & FORMAT == kind)
}

/// The ten characters that `ls -l` shows for a mode.
fn describe(mode: i64) -> String {
    let kind = match mode & FORMAT {
        0o100000 => '-',
        0o040000 => 'd',
        0o120000 => 'l',
        0o060000 => 'b',
        0o020000 => 'c',
        0o010000 => 'p',
        0o140000 => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, letter) in [(6, 0o4000, 's'), (3, 0o2000, 's'), (0, 0o1000, 't')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => letter,
            (false, true) => letter.to_ascii_uppercase(),
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

#[macros::pymodule(name = "_stat")]
pub mod module {
    use super::*;

    #[function("S_ISDIR($self, object, /)")]
    fn isdir(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o040000)
    }

    #[function("S_ISCHR($self, object, /)")]
    fn ischr(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o020000)
    }

    #[function("S_ISBLK($self, object, /)")]
    fn isblk(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o060000)
    }

    #[function("S_ISREG($self, object, /)")]
    fn isreg(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o100000)
    }

    #[function("S_ISFIFO($self, object, /)")]
    fn isfifo(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o010000)
    }

    #[function("S_ISLNK($self, object, /)")]
    fn islnk(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o120000)
    }

    #[function("S_ISSOCK($self, object, /)")]
    fn issock(object: &objects::Object) -> Result<bool> {
        is(mode(object)?, 0o140000)
    }

    #[function("S_ISDOOR($self, object, /)")]
    fn isdoor(object: &objects::Object) -> Result<bool> {
        mode(object).map(|_| false)
    }

    #[function("S_ISPORT($self, object, /)")]
    fn isport(object: &objects::Object) -> Result<bool> {
        mode(object).map(|_| false)
    }

    #[function("S_ISWHT($self, object, /)")]
    fn iswht(object: &objects::Object) -> Result<bool> {
        mode(object).map(|_| false)
    }

    #[function("S_IMODE($self, object, /)")]
    fn imode(object: &objects::Object) -> Result<i64> {
        Ok(mode(object)? & 0o7777)
    }

    #[function("S_IFMT($self, object, /)")]
    fn ifmt(object: &objects::Object) -> Result<i64> {
        Ok(mode(object)? & FORMAT)
    }

    #[function("filemode($self, object, /)")]
    fn filemode(object: &objects::Object) -> Result<String> {
        Ok(describe(mode(object)?))
    }

    #[exec]
    fn exec(module: &Module) -> Result<()> {
        for (name, value) in CONSTANTS {
            module.dict().set_text(name, &*new_int(*value)?)?;
        }
        Ok(())
    }

    fn mode(object: &objects::Object) -> Result<i64> {
        let mode = objects::protocol::number::index(object)?;
        match mode.to_i64() {
            Some(mode) if (0..=u32::MAX.into()).contains(&mode) => Ok(mode),
            Some(_) if mode.is_negative() => {
                Err(raise!(OverflowError, "can't convert negative value to unsigned int"))
            }
            _ => Err(raise!(OverflowError, "mode out of range")),
        }
    }
}
