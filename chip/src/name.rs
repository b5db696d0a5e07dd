//! Distinguished names, and when two of them are one.

use crate::der::{Item, OID, SEQUENCE, SET};
use crate::error::Result;
use crate::oid;

/// Attributes that a name has at most: a bound on work, chosen by hand.
const MAX_ATTRIBUTES: usize = 64;

/// Kinds of strings, by their tags.
const UTF8: u32 = 0x0C;
const PRINTABLE: u32 = 0x13;
/// Two bytes for each character.
const BMP: u32 = 0x1E;

/// A distinguished name (RFC 5280, section 4.1.2.4).
///
/// Two are equal if their attributes are, where case, the kind of string and surplus spaces do not
/// count (section 7.1): issuing states write one name in several ways.
#[derive(Debug, Clone)]
pub(crate) struct Name {
    attributes: Vec<Attribute>,
}

#[derive(Debug, Clone)]
struct Attribute {
    oid: Vec<u8>,
    /// The kind of string and its bytes, where the two kinds that are ASCII count as one.
    written: (u32, Vec<u8>),
    /// The text in small letters, words with one space between them.
    folded: Vec<u8>,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        let same = |(a, b): (&Attribute, &Attribute)| a.oid == b.oid && a.folded == b.folded;
        self.attributes.len() == other.attributes.len() && self.attributes.iter().zip(&other.attributes).all(same)
    }
}

impl Eq for Name {}

impl Name {
    /// Reads a name.
    pub(crate) fn read(item: Item<'_>) -> Result<Self> {
        let mut attributes = Vec::new();
        let mut sets = item.inside();
        while !sets.is_empty() {
            let mut set = sets.expect(SET, "a name's part is no set")?.inside();
            while !set.is_empty() {
                let mut attribute = set.expect(SEQUENCE, "a name's attribute is no sequence")?.inside();
                let oid = attribute.expect(OID, "a name's attribute has no kind")?;
                let value = attribute.next()?;
                attribute.end()?;
                if attributes.len() == MAX_ATTRIBUTES {
                    return Err(item.fault("a name has too many attributes"));
                }
                let kind = if value.tag == PRINTABLE { UTF8 } else { value.tag };
                let written = (kind, value.value.to_vec());
                attributes.push(Attribute { oid: oid.value.to_vec(), written, folded: folded(value) });
            }
        }
        Ok(Self { attributes })
    }

    /// Whether two names are written alike: what a signature does not cover may not be changed, not
    /// even to what means the same.
    pub(crate) fn is_written_as(&self, other: &Self) -> bool {
        let alike = |(a, b): (&Attribute, &Attribute)| a.oid == b.oid && a.written == b.written;
        self.attributes.len() == other.attributes.len() && self.attributes.iter().zip(&other.attributes).all(alike)
    }

    /// The country's two letters, as capitals; `None` if the name has none.
    pub(crate) fn country(&self) -> Option<[u8; 2]> {
        let attribute = self.attributes.iter().find(|attribute| attribute.oid == oid::COUNTRY)?;
        let code: [u8; 2] = attribute.folded.as_slice().try_into().ok()?;
        code.iter().all(u8::is_ascii_lowercase).then(|| code.map(|byte| byte.to_ascii_uppercase()))
    }
}

/// Text in small letters, words with one space between them; of other kinds of values their tag and
/// bytes.
fn folded(value: Item<'_>) -> Vec<u8> {
    let text = match value.tag {
        // NumericString, TeletexString, IA5String and VisibleString beside.
        UTF8 | PRINTABLE | 0x12 | 0x14 | 0x16 | 0x1A => String::from_utf8_lossy(value.value).into_owned(),
        BMP => {
            let pairs = value.value.chunks_exact(2);
            let units = pairs.map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte)));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        }
        _ => return value.whole.to_vec(),
    };
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ").into_bytes()
}
