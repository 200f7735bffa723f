//! Where the library is: CPython's `getpath` for the layouts that occur.

use std::env;
use std::path::{Component, Path, PathBuf};

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    pub executable: String,
    pub base_executable: String,
    pub prefix: String,
    pub exec_prefix: String,
    /// `PYTHONHOME`.
    pub home: Option<String>,
    pub stdlib: String,
    /// Nobody named a prefix, and none has a library: the one given is the usual place.
    pub is_guess: bool,
    pub search: Vec<String>,
    /// What a `._pth` file beside the executable says; nothing else is asked then.
    pub isolated_by_file: Option<PathFile>,
}

/// A `._pth` file: the whole of `sys.path`.
#[derive(Clone, Debug, Default)]
pub struct PathFile {
    /// `import site` is among its lines.
    pub imports_site: bool,
}

const LIBRARY: &str = "lib/python3.13";
const ARCHIVE: &str = "lib/python313.zip";
/// A file that every library has.
const LANDMARK: &str = "lib/python3.13/os.py";
/// Where a library is that nobody can find.
const DEFAULT_PREFIX: &str = "/usr/local";

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Looks around the executable. `environment` is whether `PYTHONHOME` and `PYTHONPATH` count.
pub fn find(program: &str, environment: bool) -> Paths {
    let variable =
        |name: &str| environment.then(|| env::var_os(name)).flatten().filter(|value| !value.is_empty());
    let executable = which(program);
    let real = executable.canonicalize().unwrap_or_else(|_| executable.clone());
    let home = variable("PYTHONHOME").map(|home| home.to_string_lossy().into_owned());
    let mut base_executable = executable.clone();
    let mut start = real.clone();
    if home.is_none()
        && let Some(base) = home_of_venv(&executable)
    {
        start = base.join("python");
        base_executable = base_of_venv(&executable, &real, &base);
    }
    let own_file = [&executable, &real].into_iter().find_map(|program| path_file(program));
    let found = match home {
        Some(_) => None,
        None => prefix_above(&start).or_else(|| prefix_above(&real)),
    };
    let is_guess = home.is_none() && found.is_none();
    let (prefix, exec_prefix) = match &home {
        Some(home) => {
            let (prefix, exec_prefix) = home.split_once(':').unwrap_or((home, home));
            (PathBuf::from(prefix), PathBuf::from(exec_prefix))
        }
        None => {
            let found = found.clone().unwrap_or_else(|| PathBuf::from(DEFAULT_PREFIX));
            (found.clone(), found)
        }
    };
    let stdlib = prefix.join(LIBRARY);
    if let Some((folder, file, search)) = own_file {
        return Paths {
            executable: text(&executable),
            base_executable: text(&base_executable),
            prefix: text(&folder),
            exec_prefix: text(&folder),
            home: None,
            stdlib: text(&stdlib),
            is_guess,
            search,
            isolated_by_file: Some(file),
        };
    }
    let mut search = Vec::new();
    if let Some(extra) = variable("PYTHONPATH") {
        let here = env::current_dir().unwrap_or_default();
        search.extend(extra.to_string_lossy().split(':').map(|entry| match entry {
            "" => text(&here),
            entry => text(&std::path::absolute(entry).unwrap_or_else(|_| PathBuf::from(entry))),
        }));
    }
    search.push(text(&prefix.join(ARCHIVE)));
    search.push(text(&stdlib));
    search.push(text(&exec_prefix.join(LIBRARY).join("lib-dynload")));
    Paths {
        executable: text(&executable),
        base_executable: text(&base_executable),
        prefix: text(&prefix),
        exec_prefix: text(&exec_prefix),
        home,
        stdlib: text(&stdlib),
        is_guess,
        search,
        isolated_by_file: None,
    }
}

/// The `._pth` file of a program: its folder, and what its lines say.
fn path_file(program: &Path) -> Option<(PathBuf, PathFile, Vec<String>)> {
    let folder = program.parent()?;
    let name = format!("{}._pth", program.file_name()?.to_string_lossy());
    let contents = std::fs::read_to_string(folder.join(name)).ok()?;
    let mut file = PathFile::default();
    let mut search = Vec::new();
    for line in contents.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line {
            "" => {}
            "import site" => file.imports_site = true,
            _ if line.starts_with("import ") => {
                objects::to_stderr!("WARNING: unsupported 'import' line in ._pth file\n")
            }
            _ => search.push(text(&normalized(&folder.join(line)))),
        }
    }
    Some((folder.to_path_buf(), file, search))
}

/// A path without `.` and `..`, whatever is there.
fn normalized(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

/// The absolute path of the program, looked for in `PATH` when it was called by name.
fn which(program: &str) -> PathBuf {
    if program.contains('/') {
        return std::path::absolute(program).unwrap_or_else(|_| PathBuf::from(program));
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path).map(|folder| folder.join(program)).find(|file| is_executable(file));
    found.or_else(|| env::current_exe().ok()).unwrap_or_else(|| PathBuf::from(program))
}

fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

/// The `home` of the `pyvenv.cfg` of the virtual environment that the executable is in.
fn home_of_venv(executable: &Path) -> Option<PathBuf> {
    let folder = executable.parent()?;
    let places = [folder.parent(), Some(folder)];
    let config =
        places.into_iter().flatten().find_map(|at| std::fs::read_to_string(at.join("pyvenv.cfg")).ok())?;
    config.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        key.trim().eq_ignore_ascii_case("home").then(|| PathBuf::from(value.trim()))
    })
}

/// The interpreter that a virtual environment was made from: what its link points to, else the one of the same name at its home.
fn base_of_venv(executable: &Path, real: &Path, home: &Path) -> PathBuf {
    if real != executable {
        return real.to_path_buf();
    }
    let same = executable.file_name().map_or_else(|| home.join("python"), |name| home.join(name));
    let others = ["python", "python3.13"].map(|name| home.join(name));
    core::iter::once(same.clone()).chain(others).find(|file| file.is_file()).unwrap_or(same)
}

/// The nearest folder above with a library: an installation, or in a checkout the fetched one.
fn prefix_above(file: &Path) -> Option<PathBuf> {
    file.ancestors().find_map(|folder| {
        [folder.to_path_buf(), folder.join("lib-python/prefix")]
            .into_iter()
            .find(|prefix| prefix.join(LANDMARK).is_file())
    })
}
