//! `cargo xtask wheels`: packages of the index, installed by the python built here, with their own tests.

use std::time::Duration;

use harness::python::Python;
use harness::wheels::{self, Environment, PACKAGES, Package};

use crate::process::{Result, flags, limit};
use crate::report;

/// How long one test may take.
const LIMIT: Duration = Duration::from_secs(120);

pub fn run(args: &[String]) -> Result {
    let (limit, args) = limit(args, LIMIT)?;
    let ([quick, bless, list], names) = flags(&args, ["--quick", "--bless", "--list"])?;
    let packages: Vec<&Package> = if names.is_empty() {
        PACKAGES.iter().filter(|package| !quick || package.is_quick).collect()
    } else {
        let named =
            |name: &String| wheels::package(name).ok_or_else(|| format!("there is no package {name}"));
        names.iter().map(named).collect::<std::result::Result<_, _>>()?
    };
    if list {
        for package in packages {
            println!("{}: {}", package.name, package.install.join(" "));
        }
        return Ok(());
    }
    let ours = Python::ours()?;
    let mut worse = 0;
    for package in packages {
        let mut report = Environment::new(package, &ours, "here")?.run(limit)?;
        let change = if bless || !wheels::is_noted(package) {
            let reference = Environment::new(package, &Python::reference()?, "reference")?.run(limit)?;
            report::print(&format!("{} (CPython)", package.name), &reference, None);
            if bless {
                wheels::bless(package, &mut report, &reference)?;
            }
            wheels::difference(&report, &reference)
        } else {
            wheels::compare(package, &mut report)?
        };
        report::print(package.name, &report, Some(&change));
        worse += change.worse.len();
    }
    if worse > 0 && !bless {
        return Err(format!("{worse} tests do worse than noted in testsuite/wheels").into());
    }
    Ok(())
}
