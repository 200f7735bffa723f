//! `re.Match`.

use super::pattern::{Pattern, compile_template};
use super::subject::Subject;
use ::sre::Matcher;
use macros::{Trace, pytype};
use objects::protocol::{self, number};
use objects::raise;
use objects::types::dict::Dict;
use objects::types::int::{Int, new_int};
use objects::types::none::none;
use objects::types::tuple::Tuple;
use objects::{Instance, Object, Ref, Result, Slot, TypeObject};

/// What a pattern matched.
#[repr(C)]
#[derive(Trace)]
pub struct Match {
    ob_base: Object,
    pattern: Slot<Pattern>,
    string: Slot,
    #[trace(skip)]
    places: Vec<Option<(usize, usize)>>,
    #[trace(skip)]
    pos: usize,
    #[trace(skip)]
    endpos: usize,
    #[trace(skip)]
    lastindex: Option<usize>,
}

impl Match {
    pub fn new(
        pattern: &Pattern,
        string: &Object,
        matcher: &Matcher<'_>,
        pos: usize,
        endpos: usize,
    ) -> Result<Ref<Match>> {
        Ref::new(Match {
            ob_base: Object::HEAD,
            pattern: Slot::new(pattern.to_ref()),
            string: Slot::new(string.to_ref()),
            places: (0..=pattern.program().groups()).map(|group| matcher.group(group)).collect(),
            pos,
            endpos,
            lastindex: matcher.last_index(),
        })
    }

    /// Groups, without the whole match.
    pub fn groups(&self) -> usize {
        self.places.len() - 1
    }

    /// Start and end of a group that took part.
    pub fn place(&self, group: usize) -> Option<(usize, usize)> {
        self.places.get(group).copied().flatten()
    }

    fn string(&self) -> Ref {
        self.string.get().unwrap_or_else(|| none().to_ref())
    }

    /// The number of a group that is given by number or name.
    fn index(&self, group: &Object) -> Result<usize> {
        let number = if number::is_index(group) {
            number::index(group)?.to_i64()
        } else {
            let names = self.pattern.get().and_then(|pattern| pattern.names());
            let number = match names {
                Some(names) => names.get_item(group)?,
                None => None,
            };
            number.and_then(|number| number.cast::<Int>().and_then(Int::to_i64))
        };
        number
            .and_then(|number| usize::try_from(number).ok())
            .filter(|&number| number < self.places.len())
            .ok_or_else(|| raise!(IndexError, "no such group"))
    }

    fn text(&self, subject: &Subject<'_>, group: usize, default: &Object) -> Result<Ref> {
        match self.place(group) {
            Some((start, end)) => subject.slice(start, end),
            None => Ok(default.to_ref()),
        }
    }

    fn text_of(&self, group: usize) -> Result<Ref> {
        self.text(&Subject::of(&self.string())?, group, none())
    }

    /// Start and end, -1 where the group took no part.
    fn ends(&self, group: Option<&Object>) -> Result<(i64, i64)> {
        let group = group.map_or(Ok(0), |group| self.index(group))?;
        Ok(self.place(group).map_or((-1, -1), |(start, end)| (start as i64, end as i64)))
    }
}

#[pytype(name = "Match", module = "re", no_new, gc)]
impl Match {
    #[slot(tp_repr)]
    fn repr(&self) -> Result<String> {
        let (start, end) = self.ends(None)?;
        let text = protocol::object::repr(&*self.text_of(0)?)?;
        Ok(format!("<re.Match object; span=({start}, {end}), match={}>", text.to_string_lossy()))
    }

    #[slot(mp_subscript)]
    fn get_item(&self, group: &Object) -> Result<Ref> {
        self.text_of(self.index(group)?)
    }

    #[method("group", raw)]
    fn group(&self, args: &[&Object]) -> Result<Ref> {
        match args {
            [] => self.text_of(0),
            [group] => self.text_of(self.index(group)?),
            groups => {
                let texts = groups.iter().map(|group| self.text_of(self.index(group)?));
                Tuple::from_vec(texts.collect::<Result<Vec<_>>>()?).map(Ref::upcast)
            }
        }
    }

    #[method("groups($self, /, default=None)")]
    fn py_groups(&self, #[default(none())] default: &Object) -> Result<Ref<Tuple>> {
        let string = self.string();
        let subject = Subject::of(&string)?;
        let texts = (1..self.places.len()).map(|group| self.text(&subject, group, default));
        Tuple::from_vec(texts.collect::<Result<Vec<_>>>()?)
    }

    #[method("groupdict($self, /, default=None)")]
    fn groupdict(&self, #[default(none())] default: &Object) -> Result<Ref<Dict>> {
        let string = self.string();
        let subject = Subject::of(&string)?;
        let result = Dict::new()?;
        if let Some(names) = self.pattern.get().and_then(|pattern| pattern.names()) {
            for (name, _) in names.to_vec() {
                let text = self.text(&subject, self.index(&name)?, default)?;
                result.set_item(&name, &text)?;
            }
        }
        Ok(result)
    }

    #[method("start($self, group=0, /)")]
    fn start(&self, group: Option<&Object>) -> Result<i64> {
        Ok(self.ends(group)?.0)
    }

    #[method("end($self, group=0, /)")]
    fn end(&self, group: Option<&Object>) -> Result<i64> {
        Ok(self.ends(group)?.1)
    }

    #[method("span($self, group=0, /)")]
    fn span(&self, group: Option<&Object>) -> Result<(i64, i64)> {
        self.ends(group)
    }

    #[method("expand($self, /, template)")]
    fn expand(&self, template: &Object) -> Result<Ref> {
        let Some(pattern) = self.pattern.get() else { return Ok(none().to_ref()) };
        let template = compile_template(&pattern, template)?;
        if let Some(literal) = template.literal() {
            return Ok(literal);
        }
        let string = self.string();
        let subject = Subject::of(&string)?;
        let mut parts = Vec::new();
        template.expand(self, &subject, &mut parts)?;
        subject.join(parts)
    }

    #[method("__copy__($self, /)")]
    fn copy(&self) -> Result<Ref<Match>> {
        Ok(self.to_ref())
    }

    #[method("__deepcopy__($self, memo, /)")]
    fn deepcopy(&self, _memo: &Object) -> Result<Ref<Match>> {
        Ok(self.to_ref())
    }

    #[classmethod("__class_getitem__($type, object, /)")]
    fn class_getitem(class: &TypeObject, object: &Object) -> Result<Ref> {
        objects::types::generic_alias::new(class.as_object(), object)
    }

    #[getter("lastindex")]
    fn lastindex(&self) -> Option<usize> {
        self.lastindex
    }

    #[getter("lastgroup")]
    fn lastgroup(&self) -> Ref {
        let pattern = self.pattern.get();
        let name = self.lastindex.zip(pattern).and_then(|(index, pattern)| pattern.name_of(index));
        name.unwrap_or_else(|| none().to_ref())
    }

    #[getter("regs")]
    fn regs(&self) -> Result<Ref<Tuple>> {
        let spans = self.places.iter().map(|place| {
            let (start, end) = place.map_or((-1, -1), |(start, end)| (start as i64, end as i64));
            Tuple::from_array([new_int(start)?, new_int(end)?]).map(Ref::upcast)
        });
        Tuple::from_vec(spans.collect::<Result<Vec<_>>>()?)
    }

    #[getter("re")]
    fn re(&self) -> Option<Ref<Pattern>> {
        self.pattern.get()
    }

    #[getter("string")]
    fn py_string(&self) -> Ref {
        self.string()
    }

    #[getter("pos")]
    fn pos(&self) -> usize {
        self.pos
    }

    #[getter("endpos")]
    fn endpos(&self) -> usize {
        self.endpos
    }
}
