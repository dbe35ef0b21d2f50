//! An embedding without a model: how often each run of three characters occurs, hashed into as many
//! places as asked for. Texts that share word stems are near each other, in any language.

/// The embedding of a text, of length 1; all zeros but the first for a text without letters.
#[must_use]
pub fn embed(text: &str, dimensions: usize) -> Vec<f32> {
    let mut places = vec![0.0_f32; dimensions];
    let folded: Vec<char> = text.to_lowercase().replace('ё', "е").chars().collect();
    for word in folded.split(|c| !c.is_alphanumeric()) {
        if word.is_empty() {
            continue;
        }
        let padded: Vec<char> = [' '].iter().chain(word).chain(&[' ']).copied().collect();
        for run in padded.windows(3) {
            let hash = hash(run);
            // The highest bit gives the sign, so that runs which meet in one place cancel out as
            // often as they add up.
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            let count = u64::try_from(dimensions).unwrap_or(1).max(1);
            let place = usize::try_from(hash % count).unwrap_or(0);
            if let Some(place) = places.get_mut(place) {
                *place += sign;
            }
        }
    }
    to_unit_length(places)
}

fn to_unit_length(mut places: Vec<f32>) -> Vec<f32> {
    let length = places.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length > 0.0 {
        for place in &mut places {
            *place /= length;
        }
    } else if let Some(first) = places.first_mut() {
        *first = 1.0;
    }
    places
}

/// FNV-1a: the same on every machine and in every version, unlike the standard library's hashers.
fn hash(run: &[char]) -> u64 {
    let bytes = run.iter().flat_map(|c| u32::from(*c).to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &str, b: &str) -> f32 {
        embed(a, 512)
            .iter()
            .zip(embed(b, 512))
            .map(|(x, y)| x * y)
            .sum()
    }

    #[test]
    fn texts_of_one_matter_are_nearer_than_others() {
        let order = "Подготовка к ЕГЭ по математике";
        assert!(cosine(order, "Готовлю к ЕГЭ по математике") > 0.5);
        assert!(cosine(order, "Немецкий язык для взрослых") < 0.2);
    }

    #[test]
    fn an_embedding_has_length_one_even_of_nothing() {
        for text in ["математика", "", "!?"] {
            let length: f32 = embed(text, 64).iter().map(|x| x * x).sum();
            assert!((length - 1.0).abs() < 1e-5, "{text}: {length}");
        }
    }

    #[test]
    fn the_case_and_the_dots_of_a_letter_do_not_matter() {
        assert_eq!(embed("УЧЁБА", 64), embed("учеба", 64));
    }
}
