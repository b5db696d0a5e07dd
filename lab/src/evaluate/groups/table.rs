//! What is known of people or of pictures: a table of attributes, as comma-separated values.

use super::grouping::Grouping;
use crate::error::{Error, ErrorKind, Result, Stage};
use std::collections::{BTreeSet, HashMap};

/// The longest table, in bytes.
const MAX_BYTES: usize = 1 << 26;
/// The most columns, and the longest field in bytes.
const MAX_COLUMNS: usize = 64;
const MAX_FIELD: usize = 256;
/// The most values of an attribute: with more, pairs of groups are too many to read.
const MAX_VALUES: usize = 40;

/// What the rows of a table are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Picture,
    Person,
}

/// How a picture may be called in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureName {
    /// Its path below the set's folder, with `/` between names.
    pub picture: String,
    /// The person on it.
    pub person: String,
}

/// Attributes by picture or by person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTable {
    key: Key,
    attributes: Vec<String>,
    rows: HashMap<String, Vec<String>>,
}

impl GroupTable {
    /// Reads a table as comma-separated values (RFC 4180, UTF-8): the first line names the columns,
    /// the first of them `picture` (its path below the set's folder) or `person` (the folder's
    /// name), the others attributes. An empty field says that the value is not known.
    ///
    /// # Errors
    /// [`ErrorKind::LimitExceeded`] over 64 MiB, 64 columns or 256 bytes in a field;
    /// [`ErrorKind::Corrupt`] naming the line that is not as it should be, or that names a picture
    /// or person for the second time.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > MAX_BYTES {
            return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, "the table is over 64 MiB"));
        }
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let mut lines = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut records = lines.records().map(|record| record.map_err(unreadable));
        let header = records.next().ok_or_else(|| bad(1, "the table is empty"))??;
        let (key, names) = columns(&header)?;
        let mut table = Self { key, attributes: names, rows: HashMap::new() };
        for record in records {
            let record = record?;
            let number = line(&record);
            if record.len() != header.len() {
                return Err(bad(number, &format!("{} fields, the first line has {}", record.len(), header.len())));
            }
            if record.iter().any(|field| field.len() > MAX_FIELD) {
                let message = format!("line {number}: a field of over {MAX_FIELD} bytes");
                return Err(Error::new(ErrorKind::LimitExceeded, Stage::Evaluate, message));
            }
            let mut fields = record.iter().map(|field| field.trim().to_owned());
            let name = fields.next().filter(|name| !name.is_empty()).ok_or_else(|| bad(number, "no name"))?;
            if table.rows.contains_key(&name) {
                return Err(bad(number, &format!("{name:?} has a line before")));
            }
            table.rows.insert(name, fields.collect());
        }
        Ok(table)
    }

    /// The attributes' names, in the order of the columns.
    pub fn attributes(&self) -> &[String] {
        &self.attributes
    }

    /// Groups `pictures` by an attribute, or by several, `sex+age`, whose values are combined.
    /// A picture is in no group if a value is not known.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`] if there is no such attribute, if it has over 40 values among
    /// the pictures, or if the table knows none of the pictures.
    pub fn group(&self, by: &str, pictures: &[PictureName]) -> Result<Grouping> {
        let fault = |message: String| Error::new(ErrorKind::InvalidArgument, Stage::Evaluate, message);
        let place = |name: &str| {
            let known = || fault(format!("no attribute {name:?}: the table has {}", self.attributes.join(", ")));
            self.attributes.iter().position(|attribute| attribute == name).ok_or_else(known)
        };
        let places = by.split('+').map(|name| place(name.trim())).collect::<Result<Vec<_>>>()?;
        let label = |picture: &PictureName| -> Option<String> {
            let row = self.rows.get(match self.key {
                Key::Picture => &picture.picture,
                Key::Person => &picture.person,
            })?;
            let values: Option<Vec<&str>> = places
                .iter()
                .map(|place| row.get(*place).map(String::as_str).filter(|value| !value.is_empty()))
                .collect();
            Some(values?.join(" "))
        };
        let labels: Vec<Option<String>> = pictures.iter().map(label).collect();
        let groups: BTreeSet<&String> = labels.iter().flatten().collect();
        if groups.is_empty() {
            return Err(fault(format!("the table tells {by:?} of none of the pictures")));
        }
        if groups.len() > MAX_VALUES {
            let message = format!("{by:?} has {} values, over {MAX_VALUES}: put numbers into bands", groups.len());
            return Err(fault(message));
        }
        let groups: Vec<String> = groups.into_iter().cloned().collect();
        let number = |label: Option<String>| label.and_then(|label| groups.binary_search(&label).ok());
        let of = labels.into_iter().map(number).collect();
        Ok(Grouping { attribute: by.to_owned(), groups, of })
    }
}

/// What the first line says: the kind of rows, and the attributes.
fn columns(header: &csv::StringRecord) -> Result<(Key, Vec<String>)> {
    let mut names = header.iter().map(|name| name.trim().to_owned());
    let key = match names.next().as_deref() {
        Some("picture") => Key::Picture,
        Some("person") => Key::Person,
        _ => return Err(bad(1, "the first column must be `picture` or `person`")),
    };
    let names: Vec<String> = names.collect();
    if names.is_empty() || names.len() >= MAX_COLUMNS {
        return Err(bad(1, &format!("{} attributes, not 1 to {}", names.len(), MAX_COLUMNS - 1)));
    }
    for (place, name) in names.iter().enumerate() {
        let again = names.iter().take(place).any(|earlier| earlier == name);
        if again || name.is_empty() || name.len() > MAX_FIELD || name.contains(['+', '=']) {
            return Err(bad(1, &format!("{name:?} names no attribute, or a second one")));
        }
    }
    Ok((key, names))
}

fn line(record: &csv::StringRecord) -> u64 {
    // Each record that a reader gives has a place.
    record.position().map_or(0, csv::Position::line)
}

fn bad(line: u64, what: &str) -> Error {
    Error::new(ErrorKind::Corrupt, Stage::Evaluate, format!("line {line}: {what}"))
}

fn unreadable(error: csv::Error) -> Error {
    // Text that is UTF-8 and records of any length have no other fault.
    let line = error.position().map_or(0, csv::Position::line);
    bad(line, "not comma-separated values").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(picture: &str, person: &str) -> PictureName {
        PictureName { picture: picture.into(), person: person.into() }
    }

    #[test]
    fn attributes_of_people_and_of_pictures() {
        let people = GroupTable::parse("person, sex,origin\nann,f,\"a, b\"\r\nbob,m,\nzoe,f,c\n").unwrap();
        assert_eq!(people.attributes(), ["sex", "origin"]);
        let pictures = [name("ann/1.jpg", "ann"), name("bob/1.jpg", "bob"), name("x/1.jpg", "x"), name("z", "zoe")];
        let sex = people.group("sex", &pictures).unwrap();
        assert_eq!(
            (sex.groups.as_slice(), sex.of.as_slice()),
            (["f".into(), "m".into()].as_slice(), [Some(0), Some(1), None, Some(0)].as_slice())
        );
        let both = people.group("sex+origin", &pictures).unwrap();
        assert_eq!(both.groups, ["f a, b", "f c"]);
        assert_eq!(both.of, [Some(0), None, None, Some(1)], "a value that is not known puts in no group");
        let pictures = [name("ann/1.jpg", "ann"), name("ann/2.jpg", "ann")];
        let light = GroupTable::parse("picture,light\nann/2.jpg,dim\n").unwrap();
        assert_eq!(light.group("light", &pictures).unwrap().of, [None, Some(0)]);
    }

    #[test]
    fn faults_name_the_line() {
        for (text, line) in [
            ("", "line 1"),
            ("name,sex\n", "line 1"),
            ("person\n", "line 1"),
            ("person,sex,sex\n", "line 1"),
            ("person,a+b\n", "line 1"),
            ("person,sex\nann,f\nbob\n", "line 3"),
            ("person,sex\nann,f,x\n", "line 2"),
            ("person,sex\nann,f\n,m\n", "line 3"),
            ("person,sex\nann,f\nbob,m\nann,m\n", "line 4"),
        ] {
            let error = GroupTable::parse(text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{text:?}");
            assert!(error.to_string().contains(line), "{text:?}: {error}");
        }
        let long = format!("person,sex\nann,{}\n", "f".repeat(257));
        assert_eq!(GroupTable::parse(&long).unwrap_err().kind(), ErrorKind::LimitExceeded);
        assert_eq!(GroupTable::parse(&",".repeat(100)).unwrap_err().kind(), ErrorKind::Corrupt);
        let table = GroupTable::parse("person,age\nann,4\n").unwrap();
        for by in ["sex", "", "age+sex", "age+"] {
            let error = table.group(by, &[name("a", "ann")]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{by}");
        }
        assert!(table.group("age", &[name("a", "bob")]).unwrap_err().to_string().contains("none of the pictures"));
        let rows: String = (0..41).map(|i| format!("{i},{i}\n")).collect();
        let many: Vec<_> = (0..41).map(|i| name("", &i.to_string())).collect();
        let error = GroupTable::parse(&format!("person,age\n{rows}")).unwrap().group("age", &many).unwrap_err();
        assert!(error.to_string().contains("bands"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_table_or_an_error(text in "(person|picture|,|\n|\"|a|b|\r|\\PC){0,60}") {
            if let Ok(table) = GroupTable::parse(&text) {
                let by = &table.attributes()[0];
                let _ = table.group(by, &[name("a", "a"), name("b", "b")]);
            }
        }
    }
}
