//! Replacement texts with references to groups.

use super::matched::Match;
use super::subject::Subject;
use macros::{Trace, pytype};
use objects::raise;
use objects::types::int::Int;
use objects::{Instance, Object, Ref, Result, Slot};

/// A parsed replacement: literals around the texts of groups.
#[repr(C)]
#[derive(Trace)]
pub struct Template {
    ob_base: Object,
    /// What comes before the first group.
    first: Slot,
    /// The literals after the groups, a tuple.
    literals: Slot<objects::types::tuple::Tuple>,
    #[trace(skip)]
    groups: Vec<usize>,
}

#[pytype(name = "SRE_Template", module = "_sre", no_new, gc)]
impl Template {}

impl Template {
    /// Of a list of literals and group numbers, in turn.
    ///
    /// # Errors
    /// TypeError or ValueError for other lists.
    pub fn new(_pattern: &Object, parts: &[Ref]) -> Result<Ref<Template>> {
        let invalid = || raise!(TypeError, "invalid template");
        let [first, rest @ ..] = parts else { return Err(invalid()) };
        if rest.len() % 2 == 1 {
            return Err(invalid());
        }
        let (mut groups, mut literals) = (Vec::new(), Vec::new());
        for pair in rest.chunks_exact(2) {
            let Some(group) = pair[0].cast::<Int>() else {
                return Err(raise!(TypeError, "an integer is required"));
            };
            let group = group.to_i64().and_then(|group| usize::try_from(group).ok());
            groups.push(group.ok_or_else(invalid)?);
            literals.push(pair[1].clone());
        }
        Ref::new(Template {
            ob_base: Object::HEAD,
            first: Slot::new(first.clone()),
            literals: Slot::new(objects::types::tuple::Tuple::from_vec(literals)?),
            groups,
        })
    }

    /// The text, where no group is in it.
    pub fn literal(&self) -> Option<Ref> {
        if self.groups.is_empty() { self.first.get() } else { None }
    }

    /// Adds the parts for a match.
    ///
    /// # Errors
    /// IndexError for groups that the pattern does not have; MemoryError.
    pub fn expand(&self, found: &Match, subject: &Subject<'_>, parts: &mut Vec<Ref>) -> Result<()> {
        let empty = |part: &Ref| objects::protocol::object::len(part).map(|len| len == 0);
        if let Some(first) = self.first.get()
            && !empty(&first)?
        {
            parts.push(first);
        }
        let Some(literals) = self.literals.get() else { return Ok(()) };
        for (&group, literal) in self.groups.iter().zip(literals.items()) {
            if group > found.groups() {
                return Err(raise!(IndexError, "no such group"));
            }
            if let Some((start, end)) = found.place(group) {
                parts.push(subject.slice(start, end)?);
            }
            let literal = literal.to_ref();
            if !empty(&literal)? {
                parts.push(literal);
            }
        }
        Ok(())
    }
}
