//! Why a page's machine-readable zone was not read.

use crate::words::words;

/// Why the machine-readable zone of a photographed page was not read.
///
/// These are the holder's to mend, as those of [`PageRefusal`](crate::document::PageRefusal) are:
/// another photograph, sharper, nearer or without a finger on the zone. Fronts of cards have none.
// In the order of how far reading came: of several tries the furthest is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ZoneRefusal {
    /// There is no page, or not the whole of it, or its edges cannot be told from the ground.
    NoPage,
    /// There are no lines of print at a fixed pitch along the page's lower edge.
    NoZone,
    /// There are lines, and a character of them is covered, blown out, blurred, or not certain.
    Unreadable,
    /// All characters are certain, and a check digit is wrong: the document was issued so, or is
    /// none.
    CheckDigits,
}

words!(ZoneRefusal {
    NoPage => "no_page",
    NoZone => "no_zone",
    Unreadable => "unreadable",
    CheckDigits => "check_digits",
});
