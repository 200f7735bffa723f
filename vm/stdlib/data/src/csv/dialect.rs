//! `Dialect`: how records are written.

use core::cell::Cell;
use macros::{Trace, pytype};
use objects::protocol::{attr, object};
use objects::raise::Catch;
use objects::types::dict::Dict;
use objects::types::exceptions as exc;
use objects::types::int::Int;
use objects::types::none::none;
use objects::types::str::{Str, intern};
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject, raise};

/// Which fields are quoted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quoting {
    Minimal,
    All,
    NonNumeric,
    None,
    Strings,
    NotNull,
}

impl Quoting {
    fn of(value: i64) -> Option<Quoting> {
        use Quoting::{All, Minimal, NonNumeric, None as Never, NotNull, Strings};
        [Minimal, All, NonNumeric, Never, Strings, NotNull]
            .into_iter()
            .find(|quoting| *quoting as i64 == value)
    }
}

/// `DialectObj`.
#[repr(C)]
#[derive(Trace)]
pub struct Dialect {
    ob_base: Object,
    pub doublequote: Cell<bool>,
    pub skipinitialspace: Cell<bool>,
    pub strict: Cell<bool>,
    pub quoting: Cell<Quoting>,
    pub delimiter: Cell<u32>,
    pub quotechar: Cell<Option<u32>>,
    pub escapechar: Cell<Option<u32>>,
    pub lineterminator: Slot<Str>,
}

/// The parameters behind the dialect itself, in the order of the constructor.
const NAMES: [&str; 8] = [
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

/// A character, or `None` for None; there must be exactly one.
fn character(name: &str, value: Option<&Object>, default: Option<u32>, or_none: bool) -> Result<Option<u32>> {
    let Some(value) = value else { return Ok(default) };
    if or_none && value.is(none()) {
        return Ok(None);
    }
    let Some(text) = value.cast::<Str>() else {
        let or_none = if or_none { " or None" } else { "" };
        let got = value.class().full_name();
        return Err(raise!(TypeError, "\"{name}\" must be string{or_none}, not {got}"));
    };
    if text.len() != 1 {
        return Err(raise!(TypeError, "\"{name}\" must be a 1-character string"));
    }
    Ok(Some(text.at(0)))
}

fn flag(value: Option<&Object>, default: bool) -> Result<bool> {
    value.map_or(Ok(default), object::is_true)
}

#[pytype(
    name = "Dialect", module = "_csv", static_name = DIALECT, gc, flags = [BASETYPE],
    member("doublequote", BOOL, doublequote, READONLY),
    member("skipinitialspace", BOOL, skipinitialspace, READONLY),
    member("strict", BOOL, strict, READONLY)
)]
impl Dialect {
    #[slot(tp_new)]
    fn tp_new(class: &TypeObject, args: &Tuple, kwargs: Option<&Dict>) -> Result<Ref> {
        let mut values: [Option<Ref>; 9] = Default::default();
        if args.len() > values.len() {
            let given = args.len();
            return Err(raise!(TypeError, "function takes at most 9 arguments ({given} given)"));
        }
        for (place, value) in values.iter_mut().zip(args.items()) {
            *place = Some(value.to_ref());
        }
        for (name, value) in kwargs.map(Dict::to_vec).unwrap_or_default() {
            let name = object::str(&name)?;
            let known = ["dialect"].into_iter().chain(NAMES).position(|known| name.equals_text(known));
            match known.and_then(|at| values.get_mut(at)) {
                Some(place) => *place = Some(value),
                None => {
                    let name = name.to_string_lossy();
                    return Err(raise!(
                        TypeError,
                        "this function got an unexpected keyword argument '{name}'"
                    ));
                }
            }
        }
        let [dialect, options @ ..] = &mut values;
        if let Some(given) = dialect.take() {
            let source = match given.cast::<Str>() {
                Some(name) => super::registered(name)?,
                None => given,
            };
            if source.is_exactly(&DIALECT)
                && core::ptr::eq(class, &raw const DIALECT)
                && options.iter().all(Option::is_none)
            {
                return Ok(source);
            }
            for (place, name) in options.iter_mut().zip(NAMES) {
                if place.is_none() {
                    *place = attr::get(&source, &*intern::intern_text(name)?).catch(&exc::Exception)?;
                }
            }
        }
        let values = core::array::from_fn(|at| options[at].as_deref());
        Ok(Ref::new_in(class, Dialect::from_options(values)?)?.upcast())
    }

    #[getter("delimiter")]
    fn get_delimiter(&self) -> Result<Ref<Str>> {
        Str::from_char(self.delimiter.get())
    }

    #[getter("escapechar")]
    fn get_escapechar(&self) -> Result<Option<Ref<Str>>> {
        self.escapechar.get().map(Str::from_char).transpose()
    }

    #[getter("quotechar")]
    fn get_quotechar(&self) -> Result<Option<Ref<Str>>> {
        self.quotechar.get().map(Str::from_char).transpose()
    }

    #[getter("lineterminator")]
    fn get_lineterminator(&self) -> Option<Ref<Str>> {
        self.lineterminator.get()
    }

    #[getter("quoting")]
    fn get_quoting(&self) -> i64 {
        self.quoting.get() as i64
    }

    #[method("__reduce__", raw, nosig)]
    fn reduce(&self, _args: &[&Object]) -> Result<()> {
        Err(raise!(TypeError, "cannot pickle '{}' instances", self.class().name()))
    }

    #[method("__reduce_ex__", raw, nosig)]
    fn reduce_ex(&self, _args: &[&Object]) -> Result<()> {
        self.reduce(&[])
    }
}

impl Dialect {
    fn from_options(options: [Option<&Object>; 8]) -> Result<Dialect> {
        let [delimiter, doublequote, escapechar, lineterminator, quotechar, quoting, skip, strict] = options;
        let Some(delimiter) = character("delimiter", delimiter, Some(u32::from(',')), false)? else {
            return Err(objects::raise::bad_internal_call());
        };
        let doublequote = flag(doublequote, true)?;
        let escapechar = character("escapechar", escapechar, None, true)?;
        let lineterminator = match lineterminator {
            None => Some(Str::new("\r\n")?),
            Some(value) if value.is(none()) => None,
            Some(value) => match value.cast::<Str>() {
                Some(text) => Some(text.to_ref()),
                None => return Err(raise!(TypeError, "\"lineterminator\" must be a string")),
            },
        };
        let quote_given = quotechar.is_some_and(|quote| quote.is(none()));
        let quotechar = character("quotechar", quotechar, Some(u32::from('"')), true)?;
        let number = match quoting {
            None => Some(Quoting::Minimal as i64),
            Some(value) => match value.cast_exact::<Int>() {
                Some(int) => int.to_i64(),
                None => return Err(raise!(TypeError, "\"quoting\" must be an integer")),
            },
        };
        let skipinitialspace = flag(skip, false)?;
        let strict = flag(strict, false)?;
        let Some(mut kind) = number.and_then(Quoting::of) else {
            return Err(raise!(TypeError, "bad \"quoting\" value"));
        };
        if quote_given && quoting.is_none() {
            kind = Quoting::None;
        }
        if kind != Quoting::None && quotechar.is_none() {
            return Err(raise!(TypeError, "quotechar must be set if quoting enabled"));
        }
        let Some(lineterminator) = lineterminator else {
            return Err(raise!(TypeError, "lineterminator must be set"));
        };
        let own = [
            ("delimiter", Some(delimiter), true),
            ("escapechar", escapechar, !skipinitialspace),
            ("quotechar", quotechar, !skipinitialspace),
        ];
        for (name, char, space_is_fine) in own {
            let Some(char) = char else { continue };
            if char == 10 || char == 13 || (char == 32 && !space_is_fine) {
                return Err(raise!(ValueError, "bad {name} value"));
            }
            if lineterminator.chars().iter().any(|other| other == char) {
                return Err(raise!(ValueError, "bad {name} or lineterminator value"));
            }
        }
        for (at, other) in [(0, 1), (0, 2), (1, 2)] {
            if own[at].1.is_some() && own[at].1 == own[other].1 {
                return Err(raise!(ValueError, "bad {} or {} value", own[at].0, own[other].0));
            }
        }
        Ok(Dialect {
            ob_base: Object::HEAD,
            doublequote: Cell::new(doublequote),
            skipinitialspace: Cell::new(skipinitialspace),
            strict: Cell::new(strict),
            quoting: Cell::new(kind),
            delimiter: Cell::new(delimiter),
            quotechar: Cell::new(quotechar),
            escapechar: Cell::new(escapechar),
            lineterminator: Slot::new(lineterminator),
        })
    }
}
