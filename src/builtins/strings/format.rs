//! `format(template, values…)`.

use crate::builtins::Context;
use crate::builtins::arguments::wrong;
use crate::builtins::text_form::{append, append_float, append_int, literal};
use crate::runtime::Raise;
use crate::value::Value;
use compact_str::CompactString;

pub(super) fn format(context: &mut Context<'_>, arguments: &[Value]) -> Result<Value, Raise> {
    let Value::Text(template) = arguments[0] else {
        return Err(wrong("format", "() first argument must be a string"));
    };
    let template = CompactString::new(context.heap.str(template));
    context.reserve_text(template.len())?;
    let mut out = String::with_capacity(template.len());
    let mut values = arguments[1..].iter().copied();
    let mut rest = template.as_str();
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next() {
            Some(placeholder @ ('s' | 'd' | 'f')) => {
                let Some(value) = values.next() else {
                    return Err(wrong("format", &format!("() missing argument for placeholder %{placeholder}")));
                };
                match (placeholder, value) {
                    ('s', value) => append(context, value, &mut out)?,
                    ('d', Value::Int(int)) => append_int(int, &mut out),
                    ('d', Value::Float(float)) => append_int(float as i64, &mut out),
                    ('d', Value::Bool(value)) => append_int(value as i64, &mut out),
                    ('f', Value::Int(int)) => append_float(int as f64, &mut out),
                    ('f', Value::Float(float)) => append_float(float, &mut out),
                    (_, value) => {
                        let shown = literal(context.heap, value);
                        return Err(wrong(
                            "format",
                            &format!("() %{placeholder} requires numeric argument, got {shown}"),
                        ));
                    }
                }
            }
            Some('%') => out.push('%'),
            Some(other) => {
                out.push('%');
                out.push(other);
            }
            None => out.push('%'),
        }
        rest = after.as_str();
    }
    out.push_str(rest);
    context.reserve(out.len())?;
    Ok(context.heap.string(out))
}
