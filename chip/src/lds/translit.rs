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

/// A name as a machine-readable zone has it: letters and digits as capitals, `<` for spaces and
/// hyphens, nothing for apostrophes and other signs, national letters of the Latin and Cyrillic
/// scripts by ICAO Doc 9303-3, section 6; where that leaves a choice, by its first spelling. `None`
/// for letters of another script.
///
/// ```
/// use selfsame_chip::transliterate;
///
/// assert_eq!(transliterate("Müller-Lüdenscheidt").as_deref(), Some("MUELLER<LUEDENSCHEIDT"));
/// assert_eq!(transliterate("O'Connor Жуков").as_deref(), Some("OCONNOR<ZHUKOV"));
/// assert_eq!(transliterate("王"), None);
/// ```
#[must_use]
pub fn transliterate(name: &str) -> Option<String> {
    let mut zone = String::new();
    for letter in name.chars().flat_map(|c| if c == 'ß' { 'ẞ'.to_uppercase() } else { c.to_uppercase() }) {
        let spelled = LATIN.iter().chain(&CYRILLIC).find(|(letters, _)| letters.contains(letter));
        match (letter, spelled) {
            ('A'..='Z' | '0'..='9', _) => zone.push(letter),
            (_, Some((_, spelling))) => zone.push_str(spelling),
            (' ' | '-' | '<', _) => zone.push('<'),
            // The soft sign has no letter.
            ('Ь', _) => {}
            _ if letter.is_alphanumeric() => return None,
            _ => {}
        }
    }
    Some(zone)
}
