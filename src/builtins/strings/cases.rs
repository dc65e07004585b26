//! Ways to write words.

/// The first character in upper case, the rest in lower case.
pub(super) fn capitalized(source: &str) -> String {
    let mut characters = source.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters.as_str().to_lowercase().chars()).collect(),
        None => String::new(),
    }
}

/// Letters and digits in lower case, `-` for white space and `_`.
pub(super) fn slug(source: &str) -> String {
    let kept = |character: char| match character {
        _ if character.is_alphanumeric() => Some(character),
        '_' => Some('-'),
        _ if character.is_whitespace() => Some('-'),
        _ => None,
    };
    let words: String = source.to_lowercase().chars().filter_map(kept).collect();
    words.replace("--", "-").trim_matches('-').to_string()
}

pub(super) fn camel(source: &str) -> String {
    let words = source.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.enumerate().map(|(at, word)| if at == 0 { word.to_lowercase() } else { capitalized(word) }).collect()
}

pub(super) fn snake(source: &str) -> String {
    let mut words = String::with_capacity(source.len() + 8);
    let mut previous = None;
    for character in source.chars() {
        if character.is_uppercase() {
            if previous.is_some_and(|previous: char| !previous.is_uppercase()) {
                words.push('_');
            }
            words.extend(character.to_lowercase());
        } else if character.is_alphanumeric() {
            words.extend(character.to_lowercase());
        } else if matches!(character, ' ' | '_' | '-') && !words.ends_with('_') {
            words.push('_');
        }
        previous = Some(character);
    }
    words.trim_matches('_').to_string()
}

pub(super) fn kebab(source: &str) -> String {
    snake(source).replace('_', "-")
}
