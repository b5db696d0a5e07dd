//! One spelling for a document's number and its issuing state, so that no other spelling of them is
//! another document (ICAO Doc 9303, part 3).

use crate::error::{Error, ErrorKind, Result, Stage};

/// Characters of a document's number, at most. ICAO 9303 has 9, or 22 where a small card's number
/// runs on; this is chosen by hand.
const MAX_NUMBER: usize = 32;

/// Codes of states: those of ISO 3166-1 (alpha-3), and those that ICAO 9303-3, section 5, adds for
/// organisations, people without a state, and specimens.
const STATES: &str = "\
    ABW AFG AGO AIA ALA ALB AND ARE ARG ARM ASM ATA ATF ATG AUS AUT AZE BDI BEL BEN BES BFA BGD BGR BHR BHS BIH BLM \
    BLR BLZ BMU BOL BRA BRB BRN BTN BVT BWA CAF CAN CCK CHE CHL CHN CIV CMR COD COG COK COL COM CPV CRI CUB CUW CXR \
    CYM CYP CZE DEU DJI DMA DNK DOM DZA ECU EGY ERI ESH ESP EST ETH FIN FJI FLK FRA FRO FSM GAB GBR GEO GGY GHA GIB \
    GIN GLP GMB GNB GNQ GRC GRD GRL GTM GUF GUM GUY HKG HMD HND HRV HTI HUN IDN IMN IND IOT IRL IRN IRQ ISL ISR ITA \
    JAM JEY JOR JPN KAZ KEN KGZ KHM KIR KNA KOR KWT LAO LBN LBR LBY LCA LIE LKA LSO LTU LUX LVA MAC MAF MAR MCO MDA \
    MDG MDV MEX MHL MKD MLI MLT MMR MNE MNG MNP MOZ MRT MSR MTQ MUS MWI MYS MYT NAM NCL NER NFK NGA NIC NIU NLD NOR \
    NPL NRU NZL OMN PAK PAN PCN PER PHL PLW PNG POL PRI PRK PRT PRY PSE PYF QAT REU ROU RUS RWA SAU SDN SEN SGP SGS \
    SHN SJM SLB SLE SLV SMR SOM SPM SRB SSD STP SUR SVK SVN SWE SWZ SXM SYC SYR TCA TCD TGO THA TJK TKL TKM TLS TON \
    TTO TUN TUR TUV TWN TZA UGA UKR UMI URY USA UZB VAT VCT VEN VGB VIR VNM VUT WLF WSM YEM ZAF ZMB ZWE \
    EUE GBD GBN GBO GBP GBS IAO NTZ RKS UNA UNK UNO UTO \
    XBA XCC XCE XCO XDC XEC XES XIM XMP XOM XPO XXA XXB XXC XXX";

fn fault(message: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, Stage::Enrol, message)
}

/// Whether people write `c` between the characters of a number, machine-readable zones fill up with
/// it, or nobody sees it.
fn separates(c: char) -> bool {
    let hidden = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}');
    c.is_whitespace() || hidden || matches!(c, '-' | '.' | '/' | '<' | '\u{2010}'..='\u{2015}')
}

/// Letters as capitals and digits, without what separates them. Anything else is refused, letters
/// of other scripts that look the same above all.
fn folded(what: &str, text: &str) -> Result<String> {
    let mut plain = String::new();
    for c in text.chars().filter(|c| !separates(*c)) {
        if !c.is_ascii_alphanumeric() {
            let point = u32::from(c);
            return Err(fault(format!("{what} has A to Z, 0 to 9 and separators, not U+{point:04X}")));
        }
        if plain.len() == MAX_NUMBER {
            return Err(fault(format!("{what} has over {MAX_NUMBER} characters")));
        }
        plain.push(c.to_ascii_uppercase());
    }
    Ok(plain)
}

/// The three letters of an issuing state. Germany's code is `D`, as its documents have it, or
/// `DEU`.
pub(super) fn issuing_state(text: &str) -> Result<String> {
    let code = folded("an issuing state", text)?;
    let code = if code == "D" { "DEU".to_owned() } else { code };
    if !STATES.split_whitespace().any(|state| state == code) {
        return Err(fault("this is no issuing state's code of three letters (ICAO 9303-3)".to_owned()));
    }
    Ok(code)
}

/// A document's number without separators and check digits.
///
/// A check digit may stand behind the number or not, and the number itself may end like one. So
/// check digits are taken off until none is left: a number then comes out the same with its check
/// digit and without, and no two numbers of one length come out the same, since each character that
/// is taken off follows from those before it.
pub(super) fn document_number(text: &str) -> Result<String> {
    let mut number = folded("a document's number", text)?;
    while let Some((&last, before)) = number.as_bytes().split_last() {
        if before.is_empty() || last != check_digit(before) {
            return Ok(number);
        }
        number.pop();
    }
    Err(fault("a document's number is empty".to_owned()))
}

/// The check digit of letters and digits: their values by 7, 3, 1 over and over, modulo 10 (ICAO
/// 9303-3, section 4.9). Fillers behind them would add nothing.
fn check_digit(characters: &[u8]) -> u8 {
    let values = characters.iter().map(|c| match c {
        b'0'..=b'9' => u32::from(c - b'0'),
        _ => u32::from(c - b'A') + 10,
    });
    let sum: u32 = values.zip([7, 3, 1].into_iter().cycle()).map(|(value, weight)| value * weight).sum();
    b'0' + (sum % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_digits_are_those_of_icao() {
        // The specimens of ICAO 9303-3, appendix A, and 9303-4, appendix A.
        for (number, digit) in [("520727", b'3'), ("AB2134", b'5'), ("L898902C3", b'6'), ("ZE184226B", b'1')] {
            assert_eq!(check_digit(number.as_bytes()), digit, "{number}");
        }
    }

    #[test]
    fn one_number_has_one_spelling() {
        // Whitespace that nobody sees, fillers, a soft hyphen, the check digit.
        for spelling in
            ["ab2134", "A\u{ad}B.2134", "\u{feff}AB 2134", "AB-2134", "AB/21\u{200b}34", "AB2134<<<", "AB2134<<<5"]
        {
            assert_eq!(document_number(spelling).unwrap(), "AB2134", "{spelling:?}");
        }
        // Cyrillic, fullwidth, Arabic-Indic, a ligature, a number sign; and nothing at all.
        for bad in [
            "\u{410}B2134",
            "\u{ff21}B2134",
            "AB\u{ff12}134",
            "AB\u{662}134",
            "\u{fb00}2134",
            "AB#2134",
            "",
            " - ",
            "<<<<",
        ] {
            assert_eq!(document_number(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        }
        assert!(document_number(&"A".repeat(1 << 20)).is_err());
        assert!(document_number("0").is_ok() && document_number("00").unwrap() == "0");
    }

    #[test]
    fn states_are_those_of_icao() {
        assert_eq!(STATES.split_whitespace().count(), 249 + 28);
        for (text, code) in
            [("D", "DEU"), ("D<<", "DEU"), ("deu", "DEU"), ("Est", "EST"), ("UTO", "UTO"), ("GBD", "GBD")]
        {
            assert_eq!(issuing_state(text).unwrap(), code);
        }
        for bad in ["", "DE", "XYZ", "DEUT", "D\u{415}U", "EST LVA", "ABW AFG"] {
            assert_eq!(issuing_state(bad).unwrap_err().kind(), ErrorKind::InvalidArgument, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_check_digit_changes_nothing_and_numbers_of_one_length_stay_apart(
            number in "[A-Z0-9]{1,20}", other in "[A-Z0-9]{1,20}", twice in any::<bool>(),
        ) {
            let plain = document_number(&number).unwrap();
            let mut with = number.clone();
            for _ in 0..=u8::from(twice) {
                with.push(char::from(check_digit(with.as_bytes())));
            }
            prop_assert_eq!(&document_number(&with).unwrap(), &plain);
            prop_assert_eq!(document_number(&plain).unwrap(), plain.clone());
            if other.len() == number.len() && other != number {
                prop_assert_ne!(document_number(&other).unwrap(), plain);
            }
        }

        #[test]
        fn any_text_is_a_number_or_an_error(text in any::<String>()) {
            if let Ok(number) = document_number(&text) {
                prop_assert!(number.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
            }
            let _ = issuing_state(&text);
        }
    }
}
