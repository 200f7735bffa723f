//! "Did you mean": the known name closest to a wrong one.
//!
//! The measure is that of Python/suggestions.c, so that the same name is suggested: an edit costs 2, a change of case 1, and a suggestion
//! must be within a third of both lengths.

/// What inserting, removing or replacing a character costs.
pub const MOVE_COST: usize = 2;
const CASE_COST: usize = 1;
/// Longer names are not compared.
const MAX_LEN: usize = 40;
/// With more candidates nothing is suggested.
const MAX_CANDIDATES: usize = 750;

/// The candidate closest to `name`, if one is close enough; the first of several.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut best: Option<(&str, usize)> = None;
    for (count, candidate) in candidates.into_iter().enumerate() {
        if count >= MAX_CANDIDATES {
            return None;
        }
        if candidate == name {
            continue;
        }
        let mut limit = (name.len() + candidate.len() + 3) * MOVE_COST / 6;
        if let Some((_, distance)) = best {
            limit = limit.min(distance.saturating_sub(1));
        }
        if let Some(distance) = distance(name.as_bytes(), candidate.as_bytes(), limit) {
            best = Some((candidate, distance));
        }
    }
    best.map(|(candidate, _)| candidate)
}

/// The cost of turning `a` into `b`, `None` above `limit`.
pub fn distance<'a>(mut a: &'a [u8], mut b: &'a [u8], limit: usize) -> Option<usize> {
    let prefix = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    let within = |cost: usize| (cost <= limit).then_some(cost);
    if a.is_empty() || b.is_empty() {
        return within((a.len() + b.len()) * MOVE_COST);
    }
    if a.len() > b.len() {
        (a, b) = (b, a);
    }
    if b.len() > MAX_LEN || (b.len() - a.len()) * MOVE_COST > limit {
        return None;
    }
    let mut costs = [0; MAX_LEN];
    let row = &mut costs[..a.len()];
    row.iter_mut().enumerate().for_each(|(index, cost)| *cost = (index + 1) * MOVE_COST);
    let mut result = 0;
    for (index, &code) in b.iter().enumerate() {
        result = index * MOVE_COST;
        let mut diagonal = result;
        let mut minimum = usize::MAX;
        for (cost, &other) in row.iter_mut().zip(a) {
            let substituted = diagonal + substitution(code, other);
            diagonal = *cost;
            result = (result.min(diagonal) + MOVE_COST).min(substituted);
            *cost = result;
            minimum = minimum.min(result);
        }
        if minimum > limit {
            return None;
        }
    }
    within(result)
}

fn substitution(a: u8, b: u8) -> usize {
    if a == b {
        0
    } else if a.eq_ignore_ascii_case(&b) {
        CASE_COST
    } else {
        MOVE_COST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What CPython 3.13 answers.
    #[test]
    fn suggests_what_cpython_does() {
        let split = ["sep", "maxsplit"];
        for (name, expect) in
            [("max_split", Some("maxsplit")), ("foo", None), ("sp", Some("sep")), ("Sep", Some("sep"))]
        {
            assert_eq!(suggest(name, split), expect, "{name}");
        }
        let open = ["file", "mode", "buffering", "encoding", "errors", "newline", "closefd", "opener"];
        for (name, expect) in [
            ("Mode", Some("mode")),
            ("newlines", Some("newline")),
            ("bufering", Some("buffering")),
            ("enc", None),
        ] {
            assert_eq!(suggest(name, open), expect, "{name}");
        }
    }
}
