//! From national characters to those of machine-readable zones (ICAO Doc 9303-3, section 6).

/// Latin letters beside A to Z (section 6, table A): the first of the spellings that the standard
/// names. Small letters are made capitals first.
const LATIN: [(&str, &str); 29] = [
    ("ÁÀÂÃĂĀĄ", "A"),
    ("Ä", "AE"),
    ("Å", "AA"),
    ("ĆĈČĊÇ", "C"),
    ("ĐĎÐ", "D"),
    ("ÉÈÊËĚĖĒĘĔ", "E"),
    ("ĜĞĠĢ", "G"),
    ("ĦĤ", "H"),
    ("ÍÌÎÏĨİĪĮĬ", "I"),
    ("Ĵ", "J"),
    ("Ķ", "K"),
    ("ŁĹĽĻĿ", "L"),
    ("ŃÑŇŅŊ", "N"),
    ("ÓÒÔÕŐŌŎ", "O"),
    ("ÖØ", "OE"),
    ("ŔŘŖ", "R"),
    ("ŚŜŠŞȘ", "S"),
    ("ẞ", "SS"),
    ("ŤŢŦȚ", "T"),
    ("ÚÙÛŨŬŰŮŪŲ", "U"),
    ("Ü", "UE"),
    ("Ŵ", "W"),
    ("ÝŶŸ", "Y"),
    ("ŹŽŻ", "Z"),
    ("Þ", "TH"),
    ("Æ", "AE"),
    ("Ĳ", "IJ"),
    ("Œ", "OE"),
    ("Ə", "E"),
];

/// Cyrillic letters (section 6, table B), as most states transliterate them.
const CYRILLIC: [(&str, &str); 34] = [
    ("А", "A"),
    ("Б", "B"),
    ("В", "V"),
    ("ГҐЃ", "G"),
    ("ДЂ", "D"),
    ("ЕЁЭ", "E"),
    ("Ж", "ZH"),
    ("З", "Z"),
    ("ИІЙЇ", "I"),
    ("Ј", "J"),
    ("КЌ", "K"),
    ("Л", "L"),
    ("М", "M"),
    ("Н", "N"),
    ("О", "O"),
    ("П", "P"),
    ("Р", "R"),
    ("С", "S"),
    ("Т", "T"),
    ("УЎѪ", "U"),
    ("Ф", "F"),
    ("Х", "KH"),
    ("Ц", "TS"),
    ("Ч", "CH"),
    ("Ш", "SH"),
    ("Щ", "SHCH"),
    ("ЫѴ", "Y"),
    ("ЪЄ", "IE"),
    ("Ю", "IU"),
    ("Я", "IA"),
    ("ЅЏ", "DZ"),
    ("Љ", "LJ"),
    ("Њ", "NJ"),
    ("Ћ", "C"),
];

/// Arabic letters (section 6, table C), those of Persian, Urdu and Pashto among them. Escaped as
/// they are, the Arabic name can be had back. The letter teh marbuta depends on its place.
#[rustfmt::skip]
const ARABIC: [(char, &str); 65] = [
    ('\u{621}', "XE"), ('\u{622}', "XAA"), ('\u{623}', "XAE"), ('\u{624}', "U"), ('\u{625}', "I"),
    ('\u{626}', "XI"), ('\u{627}', "A"), ('\u{628}', "B"), ('\u{62A}', "T"), ('\u{62B}', "XTH"),
    ('\u{62C}', "J"), ('\u{62D}', "XH"), ('\u{62E}', "XKH"), ('\u{62F}', "D"), ('\u{630}', "XDH"),
    ('\u{631}', "R"), ('\u{632}', "Z"), ('\u{633}', "S"), ('\u{634}', "XSH"), ('\u{635}', "XSS"),
    ('\u{636}', "XDZ"), ('\u{637}', "XTT"), ('\u{638}', "XZZ"), ('\u{639}', "E"), ('\u{63A}', "G"),
    ('\u{641}', "F"), ('\u{642}', "Q"), ('\u{643}', "K"), ('\u{644}', "L"), ('\u{645}', "M"), ('\u{646}', "N"),
    ('\u{647}', "H"), ('\u{648}', "W"), ('\u{649}', "XAY"), ('\u{64A}', "Y"), ('\u{671}', "XXA"),
    ('\u{679}', "XXT"), ('\u{67C}', "XRT"), ('\u{67E}', "P"), ('\u{681}', "XKE"), ('\u{685}', "XXH"),
    ('\u{686}', "XC"), ('\u{688}', "XXD"), ('\u{689}', "XDR"), ('\u{691}', "XXR"), ('\u{693}', "XRR"),
    ('\u{696}', "XRX"), ('\u{698}', "XJ"), ('\u{69A}', "XXS"), ('\u{6A9}', "XKK"), ('\u{6AB}', "XXK"),
    ('\u{6AD}', "XNG"), ('\u{6AF}', "XGG"), ('\u{6BA}', "XNN"), ('\u{6BC}', "XXN"), ('\u{6BE}', "XDO"),
    ('\u{6C0}', "XYH"), ('\u{6C1}', "XXG"), ('\u{6C2}', "XGE"), ('\u{6C3}', "XTG"), ('\u{6CC}', "XYA"),
    ('\u{6CD}', "XXY"), ('\u{6D0}', "Y"), ('\u{6D2}', "XYB"), ('\u{6D3}', "XBE"),
];
const TEH_MARBUTA: char = '\u{629}';
const SHADDA: char = '\u{651}';

/// A name as a machine-readable zone has it: letters and digits as capitals, `<` for spaces and
/// hyphens, nothing for apostrophes and other signs, national letters of the Latin, Cyrillic and
/// Arabic scripts by ICAO Doc 9303-3, section 6; where that leaves a choice, by its first spelling.
/// `None` for letters of another script, and for the four Arabic ones that the standard does not
/// encode.
///
/// States may write an Arabic name by its sound instead: a zone that differs from this is no sign
/// of another person.
///
/// ```
/// use selfsame_chip::transliterate;
///
/// assert_eq!(transliterate("Müller-Lüdenscheidt").as_deref(), Some("MUELLER<LUEDENSCHEIDT"));
/// assert_eq!(transliterate("O'Connor Жуков").as_deref(), Some("OCONNOR<ZHUKOV"));
/// assert_eq!(transliterate("ابو بكر محمد").as_deref(), Some("ABW<BKR<MXHMD"));
/// assert_eq!(transliterate("王"), None);
/// ```
#[must_use]
pub fn transliterate(name: &str) -> Option<String> {
    let mut zone = String::new();
    let capitals = name.chars().flat_map(|c| if c == 'ß' { 'ẞ'.to_uppercase() } else { c.to_uppercase() });
    // Signs of vowels, and what stretches a word, have no letter.
    let unwritten = |c: &char| matches!(c, '\u{640}' | '\u{64B}'..='\u{650}' | '\u{652}'..='\u{65F}' | '\u{670}');
    let mut letters = capitals.filter(|c| !unwritten(c)).peekable();
    // The spelling of the letter before, which a shadda doubles.
    let mut before = "";
    while let Some(letter) = letters.next() {
        let ends = letters.peek().is_none_or(|next| matches!(next, ' ' | '-' | '<'));
        let spelled = match letter {
            TEH_MARBUTA => Some(if ends { "XAH" } else { "XTA" }),
            SHADDA => Some(std::mem::take(&mut before)),
            _ => spelling(letter),
        };
        match (letter, spelled) {
            ('A'..='Z' | '0'..='9', _) => zone.push(letter),
            (_, Some(spelling)) => zone.push_str(spelling),
            (' ' | '-' | '<', _) => zone.push('<'),
            // The soft sign has no letter.
            ('Ь', _) => {}
            _ if letter.is_alphanumeric() => return None,
            _ => {}
        }
        if letter != SHADDA {
            // What the tables do not spell is not doubled.
            before = spelled.unwrap_or_default();
        }
    }
    Some(zone)
}

/// The tables' spelling of a letter by itself.
fn spelling(letter: char) -> Option<&'static str> {
    let arabic = || ARABIC.iter().find(|(arabic, _)| *arabic == letter).map(|(_, spelling)| *spelling);
    LATIN
        .iter()
        .chain(&CYRILLIC)
        .find(|(letters, _)| letters.contains(letter))
        .map(|(_, spelling)| *spelling)
        .or_else(arabic)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of ICAO Doc 9303-3, appendix B, and the rules beside table C.
    #[test]
    fn arabic_names() {
        let zone = |name| transliterate(name);
        assert_eq!(zone("ابو بكر محمد بن زكريا الرازي").as_deref(), Some("ABW<BKR<MXHMD<BN<ZKRYA<ALRAZY"));
        // Teh marbuta at the end of a part of the name, and within one.
        assert_eq!(zone("فاطمة").as_deref(), Some("FAXTTMXAH"));
        assert_eq!(zone("فاطمة-ة").as_deref(), Some("FAXTTMXAH<XAH"));
        assert_eq!(zone("ةا").as_deref(), Some("XTAA"));
        assert_eq!(zone("فاطمةً").as_deref(), Some("FAXTTMXAH"));
        // Vowels are left out; a shadda doubles its letter, before or behind its vowel, once.
        assert_eq!(zone("مُحَمَّد").as_deref(), Some("MXHMMD"));
        assert_eq!(zone("م\u{64E}\u{651}\u{651}").as_deref(), Some("MM"));
        assert_eq!(zone("\u{651}").as_deref(), Some(""));
        assert_eq!(zone("پژگی").as_deref(), Some("PXJXGGXYA"));
        // What the standard does not encode.
        assert_eq!(zone("\u{6A8}"), None);
    }

    #[test]
    fn every_letter_stands_once_in_the_tables() {
        let mut letters: Vec<char> = LATIN.iter().chain(&CYRILLIC).flat_map(|(letters, _)| letters.chars()).collect();
        letters.extend(ARABIC.iter().map(|(letter, _)| *letter));
        let count = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), count);
    }
}
