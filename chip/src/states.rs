//! From a state's three letters in machine-readable zones to a country's two in certificates.

/// The country of an issuing state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Country {
    /// The two letters that its certificates have.
    Known([u8; 2]),
    /// None is known: a specimen's, an organisation's, or one of a later list.
    Unknown,
}

/// Codes of ISO 3166-1, three letters and the two of the same country; and behind them those that
/// ICAO Doc 9303-3, section 5, adds where certificates have a country (9303-12, section 7.1).
const COUNTRIES: &str = "\
    ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI BELBE \
    BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT BVTBV BWABW \
    CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU CUWCW CXRCX CYMKY \
    CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET FINFI FJIFJ FLKFK FRAFR \
    FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR GRDGD GRLGL GTMGT GUFGF GUMGU \
    GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE \
    JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT \
    LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ \
    MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ \
    OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU \
    RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK \
    SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV \
    TWNTW TZATZ UGAUG UKRUA UMIUM URYUY USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA \
    ZMBZM ZWEZW EUEEU GBDGB GBNGB GBOGB GBPGB GBSGB UNOUN UNAUN";

/// Countries whose authorities sign the documents of another's state: China's regions.
const REGIONS: [([u8; 2], [u8; 2]); 2] = [(*b"HK", *b"CN"), (*b"MO", *b"CN")];

/// Whether documents of a state with this country may have a signer of that one.
pub(crate) fn signs_for(signer: [u8; 2], country: [u8; 2]) -> bool {
    signer == country || REGIONS.contains(&(signer, country))
}

/// The country of a state's letters; Germany's are `D`.
pub(crate) fn country_of(state: &str) -> Country {
    let state = if state == "D" { "DEU" } else { state };
    let found = COUNTRIES.split_whitespace().filter(|_| state.len() == 3).find_map(|entry| entry.strip_prefix(state));
    match found.map(str::as_bytes) {
        Some([first, second]) => Country::Known([*first, *second]),
        _ => Country::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_country_of_its_own() {
        assert_eq!(COUNTRIES.split_whitespace().count(), 249 + 8);
        assert!(COUNTRIES.split_whitespace().all(|entry| entry.len() == 5));
        let mut countries: Vec<_> = COUNTRIES.split_whitespace().take(249).map(|entry| &entry[3..]).collect();
        countries.sort_unstable();
        countries.dedup();
        assert_eq!(countries.len(), 249);
        for (state, country) in [("D", *b"DE"), ("EST", *b"EE"), ("CHE", *b"CH"), ("GBN", *b"GB"), ("AUT", *b"AT")] {
            assert_eq!(country_of(state), Country::Known(country));
        }
        assert!(signs_for(*b"HK", *b"CN") && signs_for(*b"DE", *b"DE") && !signs_for(*b"CN", *b"HK"));
        for state in ["UTO", "", "DE", "XXA", "ESTE"] {
            assert_eq!(country_of(state), Country::Unknown, "{state}");
        }
    }
}
