//! What the form says against what stands on the document. The number is the ceremony's to compare;
//! here are name and date of birth.

use crate::vault::Applicant;
use selfsame::document::chip::{Day, Mrz, MrzFormat, transliterate};
use selfsame::enrol::Word;
use selfsame::error::Result as Faulty;

/// What stands on a document that was read.
pub(crate) struct Shown {
    pub(crate) mrz: Mrz,
    /// `None` where parts of it are unknown.
    pub(crate) birth: Option<Day>,
}

/// One spelling of what states spell in two ways: `MUELLER` and `MULLER` are the same here. The
/// person is told from others by what stands on the document, never by this.
fn folded(word: &str) -> String {
    ["AE", "OE", "UE", "AA"].iter().fold(word.to_owned(), |word, two| word.replace(two, &two[..1]))
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<_> = name.split(['<', ' ']).filter(|word| !word.is_empty()).map(folded).collect();
    words.sort_unstable();
    words
}

/// Whether a zone has no room for longer names: these may be cut off (ICAO Doc 9303-4 to -6, data
/// elements of the first or the third line).
fn is_full(mrz: &Mrz) -> bool {
    let room = match mrz.format() {
        MrzFormat::Td3 => 39,
        MrzFormat::Td2 => 31,
        MrzFormat::Td1 => 30,
    };
    // Two fillers stand between them.
    mrz.surname().len() + 2 + mrz.given_names().len() >= room
}

/// Whether the names are the same, in whatever order. Of a zone that is full each word must begin
/// one of the form's.
fn has_name(name: &str, mrz: &Mrz) -> bool {
    // A name in another script cannot be held against a zone: the form asks for what stands there.
    let Some(said) = transliterate(name) else { return false };
    let (mut said, mut zone) = (words(&said), words(&format!("{} {}", mrz.surname(), mrz.given_names())));
    if !is_full(mrz) {
        return said == zone;
    }
    zone.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    zone.iter().all(|word| match said.iter().position(|whole| whole.starts_with(word)) {
        Some(place) => {
            said.remove(place);
            true
        }
        None => false,
    })
}

/// What the form says otherwise than the document; nothing if they agree.
pub(super) fn differences(applicant: &Applicant, shown: &Shown) -> Faulty<Vec<Word>> {
    let mut found = Vec::new();
    if !has_name(&applicant.name, &shown.mrz) {
        found.push("name_differs");
    }
    let day = |birth: Day| (birth.year(), birth.month(), birth.day());
    let born = applicant.born().map(|born| (born.year, born.month, born.day));
    if shown.birth.is_some_and(|birth| born != Some(day(birth))) {
        found.push("date_of_birth_differs");
    }
    found.into_iter().map(Word::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(zone: &str) -> Shown {
        let mrz = Mrz::parse(zone.as_bytes()).unwrap();
        let birth = mrz.birth_before(1_790_000_000);
        Shown { mrz, birth }
    }

    fn found(name: &str, born: &str, shown: &Shown) -> Vec<String> {
        let mut applicant = Applicant::default();
        (applicant.name, applicant.date_of_birth) = (name.into(), born.into());
        differences(&applicant, shown).unwrap().iter().map(|word| word.as_str().to_owned()).collect()
    }

    #[test]
    fn form_and_document_agree_in_any_spelling() {
        let specimen =
            shown("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10");
        for name in ["Anna Maria Eriksson", "eriksson, anna-maria", "ERIKSSON ANNA MARIA"] {
            assert!(found(name, "1974-08-12", &specimen).is_empty(), "{name}");
        }
        for name in ["Anna Eriksson", "Anna Maria Erikson", "Anna Maria Eriksson Eriksson", "王", ""] {
            assert_eq!(found(name, "1974-08-12", &specimen), ["name_differs"], "{name}");
        }
        assert_eq!(found("Anna Maria Eriksson", "1974-12-08", &specimen), ["date_of_birth_differs"]);
        let umlauts =
            shown("P<UTOMUELLER<<JOERG<<<<<<<<<<<<<<<<<<<<<<<<<\nL898902C36UTO74<<<<<F1204159ZE184226B<<<<<10");
        for name in ["Jörg Müller", "Jorg Muller", "Joerg Mueller"] {
            // A date that is unknown is not compared.
            assert!(found(name, "1990-01-02", &umlauts).is_empty(), "{name}");
        }
    }

    #[test]
    fn names_may_be_cut_off_where_there_is_no_room() {
        let full = shown("P<UTONILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K\nL898902C36UTO7408122F1204159ZE184226B<<<<<10");
        assert!(found("Chayapa Dejthamrong Krasuang Nilavadhanananda", "1974-08-12", &full).is_empty());
        for name in ["Chayapa Dejthamrong Nilavadhanananda", "Chayapa Dejthamrong Krasuang"] {
            assert_eq!(found(name, "1974-08-12", &full), ["name_differs"], "{name}");
        }
    }
}
