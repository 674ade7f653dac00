//! Values that must not leave: in their place stands a keyed hash (HMAC-SHA-256), so that the same value is the same
//! hash in one recording, and nobody without the key can tell what it was.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use syntax::diagnostic::closest;
use syntax::{Field, Type};

/// Hexadecimal digits of a hash that are kept: two values in a billion events do not meet.
const DIGITS: usize = 24;

pub(super) struct Redaction {
    key: Vec<u8>,
    fields: Vec<Redacted>,
}

/// A field, or a part of one that holds JSON.
struct Redacted {
    field: String,
    /// The keys that lead to the part, dotted as they were given.
    within: Option<String>,
}

impl Redaction {
    /// `named` are fields of these, or parts of a dynamic one; what is neither is refused, since it would be written
    /// as it is.
    pub(super) fn new(key: Vec<u8>, named: &[String], known: &[Field]) -> Result<Redaction, String> {
        let fields = named.iter().map(|name| Redacted::new(name, known)).collect::<Result<_, String>>()?;
        Ok(Redaction { key, fields })
    }

    /// Whether all of a field is replaced.
    pub(super) fn replaces(&self, field: &str) -> bool {
        self.fields.iter().any(|redacted| redacted.field == field && redacted.within.is_none())
    }

    /// Parts of a field that are replaced.
    fn parts(&self, field: &str) -> impl Iterator<Item = &str> {
        self.fields
            .iter()
            .filter(move |redacted| redacted.field == field)
            .filter_map(|redacted| redacted.within.as_deref())
    }

    pub(super) fn hash(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(text.as_bytes());
        let digest = mac.finalize().into_bytes();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        digits[..DIGITS].to_owned()
    }

    /// JSON with its parts replaced; None where none of them is there.
    pub(super) fn within(&self, field: &str, json: &str) -> Option<String> {
        let mut parts = self.parts(field).peekable();
        parts.peek()?;
        let mut value: Value = serde_json::from_str(json).ok()?;
        parts.for_each(|part| self.replace(&mut value, part));
        serde_json::to_string(&value).ok()
    }

    /// Keys may have dots themselves, so each way to cut the name is tried; in lists, each item.
    fn replace(&self, value: &mut Value, part: &str) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.replace(item, part)),
            Value::Object(members) => {
                if let Some(found) = members.get_mut(part)
                    && !found.is_null()
                {
                    let text = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
                    *found = Value::String(self.hash(&text));
                }
                for (at, _) in part.match_indices('.') {
                    if let Some(inner) = members.get_mut(&part[..at]) {
                        self.replace(inner, &part[at + 1..]);
                    }
                }
            }
            _ => {}
        }
    }
}

impl Redacted {
    fn new(name: &str, known: &[Field]) -> Result<Redacted, String> {
        if name == "timestamp" {
            return Err("`timestamp` orders the events, so it cannot be redacted".to_owned());
        }
        if known.iter().any(|field| *field.name == *name) {
            return Ok(Redacted { field: name.to_owned(), within: None });
        }
        let dynamic = known.iter().filter(|field| field.ty == Type::Dynamic);
        let holds = dynamic.filter_map(|field| Some((field, name.strip_prefix(&*field.name)?.strip_prefix('.')?)));
        if let Some((field, part)) = holds.max_by_key(|(field, _)| field.name.len()) {
            return Ok(Redacted { field: field.name.to_string(), within: Some(part.to_owned()) });
        }
        let help = match closest(name, known.iter().map(|field| &*field.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`headwater sources NAME` lists the fields".to_owned(),
        };
        Err(format!("there is no field `{name}` to redact, and it would be recorded as it is; {help}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction(named: &[&str]) -> Result<Redaction, String> {
        let known = [Field::new("user", Type::String), Field::new("attributes", Type::Dynamic)];
        Redaction::new(b"key".to_vec(), &named.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &known)
    }

    #[test]
    fn parts_of_json_are_replaced_wherever_they_are() {
        let redaction = redaction(&["attributes.user.email", "user"]).expect("they are there");
        assert!(redaction.replaces("user") && !redaction.replaces("attributes"));
        let hash = redaction.hash("a@example.org");
        for json in [
            r#"{"user":{"email":"a@example.org"},"n":1}"#,
            r#"{"n":1,"user.email":"a@example.org"}"#,
            r#"[{"user":[{"email":"a@example.org"}]}]"#,
        ] {
            let redacted = redaction.within("attributes", json).expect("it has some");
            assert!(redacted.contains(&hash) && !redacted.contains("example.org"), "{redacted}");
        }
        assert_eq!(
            redaction.within("attributes", r#"{"user":{"email":null}}"#).as_deref(),
            Some(r#"{"user":{"email":null}}"#)
        );
        assert_eq!(redaction.within("other", "{}"), None);
    }

    #[test]
    fn what_would_be_written_as_it_is_is_refused() {
        let refused = |name: &str| redaction(&[name]).err().expect("it is refused");
        assert!(refused("usr").contains("did you mean `user`?"));
        assert!(refused("email").contains("lists the fields"));
        assert!(refused("timestamp").contains("orders the events"));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let redaction = Redaction { key: b"Jefe".to_vec(), fields: Vec::new() };
        assert_eq!(redaction.hash("what do ya want for nothing?"), "5bdcc146bf60754e6a042426");
    }
}
