//! The locale of the process at start-up (PEP 538).

use core::ffi::CStr;

const TARGETS: [&CStr; 3] = [c"C.UTF-8", c"C.utf8", c"UTF-8"];

/// What the locale says of text.
pub struct Locale {
    /// The name of `LC_CTYPE`.
    pub name: String,
    /// Its encoding, as codecs name it.
    pub encoding: String,
}

impl Locale {
    /// Whether it is the one without a language.
    pub fn is_c(&self) -> bool {
        matches!(self.name.as_str(), "C" | "POSIX")
    }

    /// Whether its text may well hold bytes of another encoding.
    pub fn is_lenient(&self) -> bool {
        self.is_c() || TARGETS.iter().any(|target| target.to_bytes() == self.name.as_bytes())
    }
}

/// Sets `LC_CTYPE` from the environment. The C locale becomes one of UTF-8, for child processes too, unless `coerce` is false or
/// `LC_ALL` asks for it by name; `warn` tells of it.
pub fn start(coerce: bool, warn: bool) -> Locale {
    // SAFETY: C strings, copied before the next call; the process has one thread as yet.
    unsafe {
        let name = libc::setlocale(libc::LC_CTYPE, c"".as_ptr());
        let legacy = name.is_null() || matches!(CStr::from_ptr(name).to_bytes(), b"C" | b"POSIX");
        if legacy && coerce && std::env::var_os("LC_ALL").is_none_or(|value| value.is_empty()) {
            for target in TARGETS {
                if libc::setlocale(libc::LC_CTYPE, target.as_ptr()).is_null() {
                    continue;
                }
                libc::setenv(c"LC_CTYPE".as_ptr(), target.as_ptr(), 1);
                if warn {
                    objects::to_stderr!(
                        "Python detected LC_CTYPE=C: LC_CTYPE coerced to {} (set another locale or PYTHONCOERCECLOCALE=0 \
                         to disable this locale coercion behavior).\n",
                        target.to_string_lossy()
                    );
                }
                break;
            }
        }
        let name = libc::setlocale(libc::LC_CTYPE, core::ptr::null());
        let name =
            if name.is_null() { "C".to_owned() } else { CStr::from_ptr(name).to_string_lossy().into_owned() };
        let codeset = CStr::from_ptr(libc::nl_langinfo(libc::CODESET)).to_string_lossy().into_owned();
        let encoding = match codeset.as_str() {
            "" | "UTF-8" | "utf8" => "utf-8".to_owned(),
            "ANSI_X3.4-1968" => "ascii".to_owned(),
            other => other.to_ascii_lowercase(),
        };
        let locale = Locale { name, encoding };
        if warn && locale.is_c() {
            objects::to_stderr!(
                "Python runtime initialized with LC_CTYPE=C (a locale with default ASCII encoding), which may cause Unicode \
                 compatibility problems. Using C.UTF-8, C.utf8, or UTF-8 (if available) as alternative Unicode-compatible \
                 locales is recommended.\n"
            );
        }
        locale
    }
}
