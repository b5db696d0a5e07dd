//! DG11, DG12 and DG16: what a chip may say beyond its machine-readable zone (ICAO Doc 9303-10,
//! sections 4.7.11, 4.7.12 and 4.7.16).
//!
//! States fill in as little as they like. The fields that programs ask for have names; all are
//! kept, under their tags.

use super::{ChipFile, element};
use crate::der::Item;
use crate::error::{Error, Result};
use crate::time::Day;

/// Fields of a file at most. Chosen by hand; the standard names some fifteen.
const MAX_FIELDS: usize = 128;
/// Persons to notify at most. Chosen by hand.
const MAX_CONTACTS: usize = 64;

/// Fields of a file in their order: tags and values.
#[derive(Clone, PartialEq, Eq)]
struct Fields<'a>(Vec<(u32, &'a [u8])>);

impl<'a> Fields<'a> {
    /// All fields, those within a list of several (tag A0) as well; the list of tags says nothing
    /// more.
    fn read(bytes: &'a [u8], file: ChipFile) -> Result<Self> {
        let read = || {
            let mut fields = Vec::new();
            let mut inside = element(bytes, file)?.inside();
            while !inside.is_empty() {
                let item = inside.next()?;
                match item.tag {
                    0x5C => {}
                    0xA0 => {
                        let mut several = item.inside();
                        while !several.is_empty() && fields.len() <= MAX_FIELDS {
                            let one = several.next()?;
                            // The number of them.
                            if one.tag != 0x02 {
                                fields.push((one.tag, one.value));
                            }
                        }
                    }
                    tag => fields.push((tag, item.value)),
                }
                if fields.len() > MAX_FIELDS {
                    return Err(item.fault("there are too many fields"));
                }
            }
            Ok(Self(fields))
        };
        read().map_err(|error: Error| error.in_file(file))
    }

    fn get(&self, tag: u32) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| *known == tag).map(|(_, value)| *value)
    }

    fn text(&self, tag: u32) -> Option<String> {
        self.get(tag).map(text)
    }

    /// A day of eight digits, as characters or two to a byte.
    fn date(&self, tag: u32) -> Option<Day> {
        match self.get(tag)? {
            packed @ [_, _, _, _] => {
                let digits: Vec<u8> =
                    packed.iter().flat_map(|byte| [b'0'.wrapping_add(byte >> 4), b'0' + (byte & 15)]).collect();
                Day::of_digits(&digits)
            }
            digits => Day::of_digits(digits),
        }
    }
}

/// UTF-8, or what is left of it.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

macro_rules! details {
    ($(#[$doc:meta])* $name:ident of $file:literal {
        $($(#[$text_doc:meta])* $text:ident = $text_tag:literal;)+
        @dates $($(#[$date_doc:meta])* $date:ident = $date_tag:literal;)+
    }) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq)]
        pub struct $name<'a>(Fields<'a>);

        impl<'a> $name<'a> {
            /// Reads the data group.
            ///
            /// # Errors
            /// [`ChipReason::Malformed`](crate::ChipReason::Malformed).
            pub fn read(bytes: &'a [u8]) -> Result<Self> {
                Fields::read(bytes, ChipFile::Dg($file)).map(Self)
            }

            /// The bytes of the first field with this tag, all of whose bytes are told; `None` if
            /// there is none.
            #[must_use]
            pub fn field(&self, tag: u32) -> Option<&'a [u8]> {
                self.0.get(tag)
            }

            /// The tags of all fields, in the file's order.
            pub fn tags(&self) -> impl Iterator<Item = u32> + '_ {
                self.0.0.iter().map(|(tag, _)| *tag)
            }

            $($(#[$text_doc])* #[must_use] pub fn $text(&self) -> Option<String> { self.0.text($text_tag) })+
            $($(#[$date_doc])* #[must_use] pub fn $date(&self) -> Option<Day> { self.0.date($date_tag) })+
        }

        impl std::fmt::Debug for $name<'_> {
            // Says nothing of the holder.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).field("fields", &self.0.0.len()).finish_non_exhaustive()
            }
        }
    };
}

details! {
    /// Data group 11: further details of the holder. Parts of a text are parted by `<`.
    PersonalDetails of 11 {
        /// The full name in national characters, primary and secondary identifier parted by `<<`.
        full_name = 0x5F0E;
        /// The personal number.
        personal_number = 0x5F10;
        /// The place of birth.
        place_of_birth = 0x5F11;
        /// The address.
        address = 0x5F42;
        /// The telephone number.
        telephone = 0x5F12;
        /// The profession.
        profession = 0x5F13;
        /// The title.
        title = 0x5F14;
        @dates
        /// The full date of birth; `None` if it is not there, or parts of it are unknown.
        date_of_birth = 0x5F2B;
    }
}

details! {
    /// Data group 12: further details of the document.
    DocumentDetails of 12 {
        /// The issuing authority.
        issuing_authority = 0x5F19;
        /// Endorsements and observations.
        observations = 0x5F1B;
        /// The serial number of the system that personalised the document.
        personalisation_system = 0x5F56;
        @dates
        /// The date of issue.
        date_of_issue = 0x5F26;
    }
}

/// A person to notify in an emergency (data group 16).
#[derive(Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct EmergencyContact {
    /// The name.
    pub name: Option<String>,
    /// The telephone number.
    pub telephone: Option<String>,
    /// The address.
    pub address: Option<String>,
}

impl std::fmt::Debug for EmergencyContact {
    // Says nothing of the person.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmergencyContact").finish_non_exhaustive()
    }
}

/// The persons to notify that data group 16 names.
///
/// # Errors
/// [`ChipReason::Malformed`](crate::ChipReason::Malformed).
pub fn emergency_contacts(bytes: &[u8]) -> Result<Vec<EmergencyContact>> {
    let file = ChipFile::Dg(16);
    let read = || {
        let mut inside = element(bytes, file)?.inside();
        let mut contacts = Vec::new();
        while !inside.is_empty() {
            let person = inside.next()?;
            // A1, A2 and so on; in front of them is their number.
            if person.tag & 0xE0 != 0xA0 {
                continue;
            }
            if contacts.len() == MAX_CONTACTS {
                return Err(person.fault("there are too many persons"));
            }
            contacts.push(contact(person)?);
        }
        Ok(contacts)
    };
    read().map_err(|error: Error| error.in_file(file))
}

fn contact(person: Item<'_>) -> Result<EmergencyContact> {
    let (mut inside, mut contact) = (person.inside(), EmergencyContact::default());
    while !inside.is_empty() {
        let field = inside.next()?;
        match field.tag {
            0x5F51 => contact.name = Some(text(field.value)),
            0x5F52 => contact.telephone = Some(text(field.value)),
            0x5F53 => contact.address = Some(text(field.value)),
            _ => {}
        }
    }
    Ok(contact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::der::wrap;

    fn field(tag: [u8; 2], value: &[u8]) -> Vec<u8> {
        [&tag[..], &[value.len() as u8], value].concat()
    }

    #[test]
    fn details_are_read_by_their_tags() {
        let body = [
            field([0x5F, 0x0E], "MÜLLER<<JO".as_bytes()),
            field([0x5F, 0x2B], b"19840315"),
            wrap(0xA0, &[&[2, 1, 1][..], &field([0x5F, 0x0F], b"JOSEPHINE")].concat()),
        ];
        let file = wrap(0x6B, &body.concat());
        let details = PersonalDetails::read(&file).unwrap();
        assert_eq!(details.full_name().unwrap(), "MÜLLER<<JO");
        assert_eq!(details.date_of_birth(), Day::new(1984, 3, 15));
        assert_eq!(details.field(0x5F0F), Some(&b"JOSEPHINE"[..]));
        assert_eq!((details.telephone(), details.tags().count()), (None, 3));
        assert!(!format!("{details:?}").contains("JO"));

        let file = wrap(0x6C, &field([0x5F, 0x26], &[0x20, 0x19, 0x07, 0x01]));
        assert_eq!(DocumentDetails::read(&file).unwrap().date_of_issue(), Day::new(2019, 7, 1));
        assert!(DocumentDetails::read(&[0x6B, 0]).is_err());
    }

    #[test]
    fn persons_to_notify() {
        let person = wrap(0xA1, &[field([0x5F, 0x51], b"SMITH<<JO"), field([0x5F, 0x52], b"123")].concat());
        let contacts = emergency_contacts(&wrap(0x70, &[&[2, 1, 1][..], &person].concat())).unwrap();
        assert_eq!((contacts.len(), contacts[0].name.as_deref()), (1, Some("SMITH<<JO")));
    }
}
