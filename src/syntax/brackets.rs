//! Which bracket belongs to which, worked out once for all tokens, so that looking for the end of a group
//! costs nothing.

use super::tokens::{Token, TokenKind};

const NONE: u32 = u32::MAX;

/// Bracket pairs of a token list. The `${` and `}` of embedded expressions are brackets too: a
/// [`TokenKind::TextMiddle`] closes one and opens the next.
pub struct Brackets {
    /// For an opening token its closing one; for a token that only closes its opening one.
    partner: Vec<u32>,
    /// The opening token of the innermost complete pair around every token.
    around: Vec<u32>,
}

/// The kinds of brackets that can be mixed up with each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Round,
    Square,
    Curly,
    Embedded,
}

fn opens(kind: TokenKind) -> Option<Shape> {
    match kind {
        TokenKind::LeftParen => Some(Shape::Round),
        TokenKind::LeftBracket => Some(Shape::Square),
        TokenKind::LeftBrace => Some(Shape::Curly),
        TokenKind::TextHead | TokenKind::TextMiddle => Some(Shape::Embedded),
        _ => None,
    }
}

fn closes(kind: TokenKind) -> Option<Shape> {
    match kind {
        TokenKind::RightParen => Some(Shape::Round),
        TokenKind::RightBracket => Some(Shape::Square),
        TokenKind::RightBrace => Some(Shape::Curly),
        TokenKind::TextMiddle | TokenKind::TextTail => Some(Shape::Embedded),
        _ => None,
    }
}

impl Brackets {
    /// Pairs every closing bracket with the nearest open one of its shape; those left open in between, and closing
    /// brackets without an opening one, stay without partner. A bracket in an embedded expression never pairs with
    /// one outside.
    pub fn new(tokens: &[Token]) -> Brackets {
        let mut partner = vec![NONE; tokens.len()];
        let mut open: Vec<(usize, Shape)> = Vec::new();
        // How many of each shape are open since the last embedded expression began, so that a search that must
        // fail is not made.
        let mut counts = [0u32; 3];
        let mut outer_counts: Vec<[u32; 3]> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            if let Some(shape) = closes(token.kind) {
                let known = match shape {
                    Shape::Embedded => !outer_counts.is_empty(),
                    other => counts[other as usize] > 0,
                };
                while known && let Some((opener, found)) = open.pop() {
                    if found == Shape::Embedded {
                        counts = outer_counts.pop().unwrap_or_default();
                    } else {
                        counts[found as usize] -= 1;
                    }
                    if found == shape {
                        partner[opener] = index as u32;
                        partner[index] = opener as u32;
                        break;
                    }
                }
            }
            if let Some(shape) = opens(token.kind) {
                if shape == Shape::Embedded {
                    outer_counts.push(std::mem::take(&mut counts));
                } else {
                    counts[shape as usize] += 1;
                }
                open.push((index, shape));
                // What a middle closes was noted above for its opener; from here on it is an opener itself.
                partner[index] = NONE;
            }
        }
        Brackets { around: around(tokens, &partner), partner }
    }

    /// The other bracket of the pair.
    pub fn partner(&self, index: usize) -> Option<usize> {
        self.partner.get(index).filter(|&&partner| partner != NONE).map(|&partner| partner as usize)
    }

    /// The opening token of the innermost complete pair around a token.
    pub fn around(&self, index: usize) -> Option<usize> {
        self.around.get(index).filter(|&&opener| opener != NONE).map(|&opener| opener as usize)
    }
}

fn around(tokens: &[Token], partner: &[u32]) -> Vec<u32> {
    let mut around = Vec::with_capacity(tokens.len());
    let mut open: Vec<u32> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let closing = open.last().is_some_and(|&opener| partner[opener as usize] == index as u32);
        if closing {
            open.pop();
        }
        around.push(open.last().copied().unwrap_or(NONE));
        if opens(token.kind).is_some() && partner[index] != NONE {
            open.push(index as u32);
        }
    }
    around
}
