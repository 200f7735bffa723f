//! The database against CPython's answers for every code point (`tests/golden/`, written by
//! `tools/golden.py`).

use std::collections::HashMap;
use std::fmt::Write;

use unicode::Version;
use unicode::casing::{self, Mapping};
use unicode::names::{self, Named};
use unicode::normalize::{self, Form};

const END: u32 = 0x11_0000;

fn crc32(bytes: &[u8]) -> u32 {
    let mut table = [0u32; 256];
    for (index, entry) in table.iter_mut().enumerate() {
        *entry = (0..8).fold(index as u32, |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 });
    }
    !bytes.iter().fold(!0, |crc, &byte| crc >> 8 ^ table[(crc as u8 ^ byte) as usize])
}

fn codes(codes: impl IntoIterator<Item = u32>) -> String {
    codes.into_iter().map(|code| format!("{code:X}")).collect::<Vec<_>>().join(" ")
}

fn mapped(function: impl Fn(&[u32], &mut Vec<u32>), text: &[u32]) -> String {
    let mut out = Vec::new();
    function(text, &mut out);
    codes(out)
}

/// What `tools/golden.py` has of one code point.
fn value(property: &str, code: u32) -> String {
    let flag = |value: bool| (value as u8).to_string();
    let optional = |value: Option<u8>| value.map_or(String::new(), |value| value.to_string());
    let (version, name) = match property.strip_prefix("old_") {
        Some(name) => (Version::Old, name),
        None => (Version::Current, property),
    };
    match name {
        "name" => names::name(code).unwrap_or_default(),
        "lower" => codes(casing::map_full(code, Mapping::Lower)),
        "upper" => codes(casing::map_full(code, Mapping::Upper)),
        "title" => codes(casing::map_full(code, Mapping::Title)),
        "fold" => codes(casing::map_full(code, Mapping::Fold)),
        "swapcase" => mapped(casing::swapcase, &[code]),
        "sigma" => mapped(casing::lower, &[0x41, code, 0x3A3, code, 0x3A3, 0x61]),
        "titled" => mapped(casing::title, &[code, 0x61, 0x62, code]),
        "isalpha" => flag(unicode::is_alpha(code)),
        "isdecimal" => flag(unicode::is_decimal(code)),
        "isdigit" => flag(unicode::is_digit(code)),
        "isnumeric" => flag(unicode::is_numeric(code)),
        "isalnum" => flag(unicode::is_alnum(code)),
        "isspace" => flag(unicode::is_space(code) && unicode::is_space_fast(code)),
        "isprintable" => flag(unicode::is_printable(code)),
        "islower" => flag(unicode::is_lower(code)),
        "isupper" => flag(unicode::is_upper(code)),
        "istitle" => flag(unicode::is_title(code)),
        "islinebreak" => flag(unicode::is_linebreak(code)),
        "isidentifier" => flag(unicode::is_identifier_start(code)),
        "continues" => flag(unicode::is_identifier_continue(code)),
        "category" => version.category(code).to_owned(),
        "bidirectional" => version.bidirectional(code).to_owned(),
        "combining" => version.combining(code).to_string(),
        "width" => version.east_asian_width(code).to_owned(),
        "mirrored" => flag(version.mirrored(code)),
        "decimal" => optional(version.decimal(code)),
        "digit" => optional(version.digit(code)),
        "numeric" => version.numeric(code).map_or(String::new(), |value| format!("{value:.6}")),
        "decomposition" => version.decomposition(code),
        _ => match name.strip_suffix("_is") {
            Some(form) => {
                flag(normalize::is_normalized(version, Form::from_name(form).expect("form"), &[code]))
            }
            None => codes(normalize::normalize(version, Form::from_name(name).expect("form"), &[code])),
        },
    }
}

#[test]
fn every_code_point() {
    let mut wrong = Vec::new();
    for line in include_str!("golden/database.tsv").lines() {
        let (property, crc) = line.split_once('\t').expect("two columns");
        let mut text = String::new();
        for code in 0..END {
            let _ = writeln!(text, "{}", value(property, code));
        }
        if format!("{:08x}", crc32(text.as_bytes())) != crc {
            wrong.push(property);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn names_lead_back() {
    for code in 0..END {
        if let Some(name) = names::name(code) {
            assert_eq!(names::lookup(&name), Some(Named::Character(code)), "{name}");
        }
    }
    for (name, found) in HashMap::from([
        ("line feed", Some(Named::Alias(0xA))),
        ("BEL", Some(Named::Alias(7))),
        ("latin small letter GHA", Some(Named::Alias(0x1A3))),
        ("KEYCAP DIGIT ONE", Some(Named::Sequence([0x31, 0xFE0F, 0x20E3, 0]))),
        ("HANGUL SYLLABLE GAG", Some(Named::Character(0xAC01))),
        ("HANGUL SYLLABLE gag", None),
        ("CJK UNIFIED IDEOGRAPH-4e00", None),
        ("CJK UNIFIED IDEOGRAPH-4E00", Some(Named::Character(0x4E00))),
        ("CJK UNIFIED IDEOGRAPH-04E00", Some(Named::Character(0x4E00))),
        ("CJK UNIFIED IDEOGRAPH-41", None),
        ("CJK UNIFIED IDEOGRAPH-+4E0", None),
        ("HANGUL SYLLABLE", None),
        ("", None),
        ("SPACE ", None),
        ("é", None),
    ]) {
        assert_eq!(names::lookup(name), found, "{name}");
    }
}

#[test]
fn sequences_normalize() {
    for line in include_str!("golden/sequences.tsv").lines() {
        let columns: Vec<Vec<u32>> = line
            .split('\t')
            .map(|text| text.split(' ').map(|code| u32::from_str_radix(code, 16).expect("hex")).collect())
            .collect();
        for (form, normal) in [Form::Nfc, Form::Nfkc, Form::Nfd, Form::Nfkd].into_iter().zip(&columns[1..]) {
            let text = &columns[0];
            assert_eq!(normalize::normalize(Version::Current, form, text), *normal, "{form:?} {text:x?}");
            assert_eq!(normalize::is_normalized(Version::Current, form, text), text == normal);
            assert!(normalize::is_normalized(Version::Current, form, normal));
        }
    }
}
