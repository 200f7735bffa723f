//! Where the library is: CPython's `getpath` for the layouts that occur.

use std::env;
use std::path::{Path, PathBuf};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub executable: String,
    pub base_executable: String,
    pub prefix: String,
    pub base_prefix: String,
    pub stdlib: String,
    pub search: Vec<String>,
}

const VERSION: &str = "3.13";
const LIBRARY: &str = "lib/python3.13";
/// A file that every library has.
const LANDMARK: &str = "lib/python3.13/os.py";

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Looks around the executable. `environment` is whether `PYTHONHOME` and `PYTHONPATH` count.
pub fn find(program: &str, environment: bool) -> Paths {
    let executable = which(program);
    let real = executable.canonicalize().unwrap_or_else(|_| executable.clone());
    let venv = venv_of(&executable);
    let home = environment.then(|| env::var("PYTHONHOME").ok()).flatten().filter(|home| !home.is_empty());
    let base = match (&home, &venv) {
        (Some(home), _) => PathBuf::from(home.split(':').next().unwrap_or(home)),
        (None, Some((_, home))) => prefix_above(home).unwrap_or_else(|| home.clone()),
        (None, None) => prefix_above(&real).unwrap_or_else(|| PathBuf::from("/usr/local")),
    };
    let prefix = match &venv {
        Some((prefix, _)) => prefix.clone(),
        None => base.clone(),
    };
    let stdlib = base.join(LIBRARY);
    let mut search = Vec::new();
    if let Some(extra) = environment.then(|| env::var("PYTHONPATH").ok()).flatten() {
        search.extend(extra.split(':').filter(|path| !path.is_empty()).map(str::to_owned));
    }
    search.push(text(&base.join(format!("lib/python{}.zip", VERSION.replace('.', "")))));
    search.push(text(&stdlib));
    search.push(text(&stdlib.join("lib-dynload")));
    Paths {
        base_executable: text(if venv.is_some() { &real } else { &executable }),
        executable: text(&executable),
        prefix: text(&prefix),
        base_prefix: text(&base),
        stdlib: text(&stdlib),
        search,
    }
}

/// The absolute path of the program, looked for in `PATH` when it was called by name.
fn which(program: &str) -> PathBuf {
    if program.contains('/') {
        return std::path::absolute(program).unwrap_or_else(|_| PathBuf::from(program));
    }
    let path = env::var("PATH").unwrap_or_default();
    let found = path.split(':').map(|folder| Path::new(folder).join(program)).find(|file| file.is_file());
    found.or_else(|| env::current_exe().ok()).unwrap_or_else(|| PathBuf::from(program))
}

/// The virtual environment that the executable is in: its prefix, and the `home` of its `pyvenv.cfg`.
fn venv_of(executable: &Path) -> Option<(PathBuf, PathBuf)> {
    let folder = executable.parent()?;
    for prefix in [folder, folder.parent()?] {
        let Ok(config) = std::fs::read_to_string(prefix.join("pyvenv.cfg")) else { continue };
        let home = config.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim().eq_ignore_ascii_case("home")).then(|| PathBuf::from(value.trim()))
        });
        if let Some(home) = home {
            return Some((prefix.to_path_buf(), home));
        }
    }
    None
}

/// The nearest folder above with a library: an installation, or in a checkout the fetched one.
fn prefix_above(file: &Path) -> Option<PathBuf> {
    file.ancestors().find_map(|folder| {
        [folder.to_path_buf(), folder.join("lib-python/prefix")]
            .into_iter()
            .find(|prefix| prefix.join(LANDMARK).is_file())
    })
}
