//! Downloads packages of Debian 13 through a private apt root.
//!
//! apt runs with the machine's own configuration (proxies, credentials, keyrings), but with
//! lists, archives, package status and sources of its own under `cache/apt`, so nothing on the
//! system changes and no privileges are needed. The sources are the machine's Debian ones with
//! the release replaced.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Context, Result, fail, run, say};

/// The release that has CPython 3.13.
const RELEASE: &str = "trixie";

/// Names under which a source may call a release that is not the one in [`RELEASE`].
const ALIASES: [&str; 3] = ["stable", "oldstable", "testing"];

/// Where Debian keeps the keys its archives are signed with.
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// What to say when packages cannot be had.
const ADVICE: &str =
    "Name a CPython 3.13 installation or source tree with --from DIR to do without packages.";

/// A list of packages to bring.
#[derive(Clone, Copy, Debug)]
pub enum Set {
    /// The library, its tests and headers.
    Library,
    /// CPython, and what it needs down to the C library.
    Reference,
}

impl Set {
    fn name(self) -> &'static str {
        match self {
            Set::Library => "library",
            Set::Reference => "reference",
        }
    }

    fn packages(self) -> &'static [&'static str] {
        match self {
            Set::Library => &[
                "libpython3.13-minimal",
                "libpython3.13-stdlib",
                "libpython3.13-testsuite",
                "libpython3.13-dev",
                "python3.13-venv",
                "python3-pip-whl",
            ],
            Set::Reference => &["python3.13", "python3.13-venv", "libpython3.13-testsuite"],
        }
    }

    /// apt-get's arguments: for the reference, apt works out what it depends on.
    fn arguments(self) -> &'static [&'static str] {
        match self {
            Set::Library => &["download"],
            Set::Reference => &["install", "--yes", "--download-only", "--no-install-recommends"],
        }
    }
}

/// The files of the packages in `set`, from the cache if they are all there.
///
/// With `again`, asks the archive for newer versions first.
pub fn packages(cache: &Path, set: Set, again: bool) -> Result<Vec<PathBuf>> {
    let packages = cache.join("packages").join(set.name());
    let complete = packages.join(".complete");
    if again || !complete.exists() {
        let _ = fs::remove_file(&complete);
        download(cache, set, &packages)?;
        fs::write(&complete, "").context("writing", &complete)?;
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(&packages).context("reading", &packages)? {
        let path = entry.context("reading", &packages)?.path();
        if path.extension().is_some_and(|e| e == "deb") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Unpacks `packages` into `root`, one over the other; their scripts are not run.
pub fn unpack(packages: &[PathBuf], root: &Path) -> Result {
    fs::create_dir_all(root).context("creating", root)?;
    for package in packages {
        run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(root))?;
    }
    Ok(())
}

fn download(cache: &Path, set: Set, packages: &Path) -> Result {
    let root = cache.join("apt");
    if packages.exists() {
        fs::remove_dir_all(packages).context("emptying", packages)?;
    }
    for dir in [root.join("lists/partial"), root.join("sources"), packages.join("partial")] {
        fs::create_dir_all(&dir).context("creating", &dir)?;
    }
    let sources = root.join("sources").join("debian.list");
    fs::write(&sources, machine_sources()?).context("writing", &sources)?;
    let configuration = root.join("apt.conf");
    fs::write(&configuration, apt_configuration(&root, packages)).context("writing", &configuration)?;

    let apt = |arguments: &[&str], names: &[&str]| {
        let mut command = Command::new("apt-get");
        command.arg("--config-file").arg(&configuration).arg("--quiet=2").args(arguments).args(names);
        run(command.current_dir(packages).env_remove("APT_CONFIG"))
    };
    say(format_args!("asking for the package lists of Debian 13 ({RELEASE})"));
    if let Err(e) = apt(&["update"], &[]) {
        return fail(format!(
            "{e}\nIs this machine on a network, and are its Debian sources right? {ADVICE}"
        ));
    }
    say(format_args!("downloading the {} packages", set.name()));
    if let Err(e) = apt(set.arguments(), set.packages()) {
        return fail(format!("{e}\nThe packages of Debian 13 could not be had. {ADVICE}"));
    }
    Ok(())
}

/// Everything of apt's that would otherwise touch the system, moved below `root`.
fn apt_configuration(root: &Path, packages: &Path) -> String {
    let root = root.display();
    let packages = packages.display();
    format!(
        "\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear APT::Architectures;
Dir::State \"{root}\";
Dir::State::lists \"{root}/lists\";
Dir::State::status \"/dev/null\";
Dir::Cache \"{root}\";
Dir::Cache::archives \"{packages}\";
Dir::Cache::pkgcache \"\";
Dir::Cache::srcpkgcache \"\";
Dir::Etc::sourcelist \"/dev/null\";
Dir::Etc::sourceparts \"{root}/sources\";
Dir::Etc::preferences \"/dev/null\";
Dir::Etc::preferencesparts \"/dev/null\";
Acquire::Languages \"none\";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled \"false\";
Acquire::Check-Valid-Until \"false\";
APT::Sandbox::User \"\";
Debug::NoLocking \"true\";
"
    )
}

/// The machine's Debian sources in one-line form, for [`RELEASE`].
fn machine_sources() -> Result<String> {
    let os_release = Path::new("/etc/os-release");
    let text = fs::read_to_string(os_release).unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='))?;
        Some(line.trim_matches('"').to_owned())
    };
    let mut lines = Vec::new();
    if field("ID").as_deref() == Some("debian") {
        let codename = field("VERSION_CODENAME").unwrap_or_else(|| RELEASE.to_owned());
        for file in source_files() {
            let text = fs::read_to_string(&file).context("reading", &file)?;
            match file.extension() {
                Some(e) if e == "sources" => lines.extend(from_stanzas(&text, &codename)),
                _ => lines.extend(from_lines(&text, &codename)),
            }
        }
    }
    lines.sort();
    lines.dedup();
    if lines.is_empty() {
        if !Path::new(KEYRING).exists() {
            return fail(format!(
                "this machine has no Debian package sources, and {KEYRING} is missing, so Debian's \
                 packages cannot be verified (package debian-archive-keyring has it). {ADVICE}"
            ));
        }
        lines.push(format!("deb [signed-by={KEYRING}] http://deb.debian.org/debian {RELEASE} main"));
    }
    Ok(lines.join("\n") + "\n")
}

fn source_files() -> Vec<PathBuf> {
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    if let Ok(parts) = fs::read_dir("/etc/apt/sources.list.d") {
        let parts = parts.flatten().map(|entry| entry.path());
        files.extend(parts.filter(|p| p.extension().is_some_and(|e| e == "list" || e == "sources")));
    }
    files.retain(|f| f.exists());
    files
}

/// The suite of [`RELEASE`] that stands for `suite` of the machine's own release.
///
/// None for another release's, and for those that have no part in it (backports).
fn translate(suite: &str, codename: &str) -> Option<String> {
    let rest = std::iter::once(codename).chain(ALIASES).find_map(|name| suite.strip_prefix(name))?;
    match rest {
        "" | "-updates" | "-security" => Some(format!("{RELEASE}{rest}")),
        _ => None,
    }
}

/// Sources in the one-line style of `sources.list(5)`.
fn from_lines(text: &str, codename: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some(rest) = line.strip_prefix("deb").filter(|r| r.starts_with([' ', '\t', '['])) else {
            continue;
        };
        let rest = rest.trim_start();
        let (options, rest) = match rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            Some((options, rest)) => (format!("[{options}] "), rest),
            None => (String::new(), rest),
        };
        let mut words = rest.split_whitespace();
        if let (Some(uri), Some(suite)) = (words.next(), words.next())
            && words.any(|component| component == "main")
            && let Some(suite) = translate(suite, codename)
        {
            found.push(format!("deb {options}{uri} {suite} main"));
        }
    }
    found
}

/// Sources in the deb822 style of `sources.list(5)`.
fn from_stanzas(text: &str, codename: &str) -> Vec<String> {
    let mut found = Vec::new();
    let text: String = text.lines().filter(|l| !l.starts_with('#')).flat_map(|l| [l, "\n"]).collect();
    for stanza in text.split("\n\n") {
        let field = |name: &str| {
            let mut lines = stanza.lines();
            let first = lines.find_map(|l| {
                let (key, value) = l.split_once(':')?;
                key.eq_ignore_ascii_case(name).then_some(value)
            })?;
            let more = lines.take_while(|l| l.starts_with([' ', '\t']));
            Some(std::iter::once(first).chain(more).collect::<Vec<_>>().join(" "))
        };
        let is_deb = field("Types").is_some_and(|t| t.split_whitespace().any(|t| t == "deb"));
        let is_enabled = field("Enabled").is_none_or(|e| e.trim() != "no");
        let has_main = field("Components").is_some_and(|c| c.split_whitespace().any(|c| c == "main"));
        if !(is_deb && is_enabled && has_main) {
            continue;
        }
        // A key may also stand in the stanza itself; one-line style cannot say that, so the archive keyring serves.
        let keyring = field("Signed-By").map(|k| k.trim().to_owned()).filter(|k| k.starts_with('/'));
        let options = keyring.map(|k| format!("[signed-by={k}] ")).unwrap_or_default();
        for uri in field("URIs").unwrap_or_default().split_whitespace() {
            for suite in field("Suites").unwrap_or_default().split_whitespace() {
                if let Some(suite) = translate(suite, codename) {
                    found.push(format!("deb {options}{uri} {suite} main"));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_sources() {
        let text = "\
# deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm main contrib
deb-src http://deb.debian.org/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://mirror/debian bookworm-updates main # near
deb http://deb.debian.org/debian bookworm-backports main
deb https://packages.example.com/apt tool-bookworm main
";
        assert_eq!(
            from_lines(text, "bookworm"),
            [
                "deb http://deb.debian.org/debian trixie main",
                "deb [arch=amd64 signed-by=/k.gpg] http://mirror/debian trixie-updates main",
            ]
        );
    }

    #[test]
    fn stanza_sources() {
        let text = "\
Types: deb deb-src
# a comment
URIs: http://deb.debian.org/debian
Suites: bookworm
 bookworm-updates bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
Enabled: no
URIs: http://off/debian
Suites: bookworm

Types: deb
URIs: https://deb.nodesource.com/node_20.x
Suites: nodistro
";
        let options = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]";
        assert_eq!(
            from_stanzas(text, "bookworm"),
            [
                format!("deb {options} http://deb.debian.org/debian trixie main"),
                format!("deb {options} http://deb.debian.org/debian trixie-updates main"),
            ]
        );
    }

    #[test]
    fn release_names() {
        assert_eq!(translate("trixie", "trixie").as_deref(), Some("trixie"));
        assert_eq!(translate("stable-security", "bookworm").as_deref(), Some("trixie-security"));
        assert_eq!(translate("sid", "trixie"), None);
    }
}
