//! Pictures in groups.

/// Which group each picture is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// What groups them: an attribute, or several with `+` between them.
    pub attribute: String,
    /// The groups' names, in order.
    pub groups: Vec<String>,
    /// The place of each picture's group; `None` if it is in none.
    pub of: Vec<Option<usize>>,
}

impl Grouping {
    /// The places of the pictures in a group.
    pub fn places(&self, group: usize) -> Vec<usize> {
        let is_in = |(place, of): (usize, &Option<usize>)| (*of == Some(group)).then_some(place);
        self.of.iter().enumerate().filter_map(is_in).collect()
    }

    /// Pictures in no group.
    pub fn without(&self) -> usize {
        self.of.iter().filter(|of| of.is_none()).count()
    }
}
