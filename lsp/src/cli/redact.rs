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
    /// Names that no event has had so far.
    unseen: Vec<String>,
}

/// A field, or a part of one that holds JSON.
struct Redacted {
    field: String,
    /// The keys that lead to the part, dotted as they were given.
    within: Option<String>,
}

impl Redaction {
    /// `named` are fields of these, or parts of a dynamic one. What is neither is refused, since it would be written
    /// as it is; unless the source is `open`, so that an event may still bring it, and it resembles no known field.
    pub(super) fn new(key: Vec<u8>, named: &[String], known: &[Field], open: bool) -> Result<Redaction, String> {
        let (mut fields, mut unseen) = (Vec::new(), Vec::new());
        for name in named {
            let resembles = || closest(name, known.iter().map(|field| &*field.name)).is_some();
            match Redacted::new(name, known) {
                Ok(redacted) => fields.push(redacted),
                Err(_) if open && name != "timestamp" && !resembles() => unseen.push(name.clone()),
                Err(error) => return Err(error),
            }
        }
        Ok(Redaction { key, fields, unseen })
    }

    /// Names that no event has had so far.
    pub(super) fn unseen(&self) -> impl Iterator<Item = &str> {
        self.unseen.iter().map(String::as_str)
    }

    /// These fields come from now on.
    pub(super) fn see(&mut self, known: &[Field]) {
        let fields = &mut self.fields;
        self.unseen.retain(|name| match Redacted::new(name, known) {
            Ok(redacted) => {
                fields.push(redacted);
                false
            }
            Err(_) => true,
        });
    }

    /// Whether all of a field is replaced.
    pub(super) fn replaces(&self, field: &str) -> bool {
        self.fields.iter().any(|redacted| redacted.within.is_none() && redacted.is_or_holds(field))
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
    /// The field itself, or one that stands under its name since its value was an object.
    fn is_or_holds(&self, field: &str) -> bool {
        field.strip_prefix(&self.field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    fn new(name: &str, known: &[Field]) -> Result<Redacted, String> {
        if name == "timestamp" {
            return Err("`timestamp` orders the events, so it cannot be redacted".to_owned());
        }
        let whole = Redacted { field: name.to_owned(), within: None };
        if known.iter().any(|field| whole.is_or_holds(&field.name)) {
            return Ok(whole);
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
        Redaction::new(b"key".to_vec(), &named.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(), &known, false)
    }

    #[test]
    fn parts_of_json_are_replaced_wherever_they_are() {
        let redaction = redaction(&["attributes.user.email", "user"]).expect("they are there");
        assert!(redaction.replaces("user") && !redaction.replaces("attributes"));
        assert!(redaction.replaces("user.name") && !redaction.replaces("users"), "an object's members too");
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

    #[test]
    fn a_name_that_comes_later_is_replaced_from_its_first_event_on() {
        let known = [Field::new("user", Type::String)];
        let named = ["email".to_owned(), "attributes.email".to_owned()];
        let mut redaction = Redaction::new(b"key".to_vec(), &named, &known, true).expect("it may come");
        assert_eq!(redaction.unseen().count(), 2);
        redaction.see(&[Field::new("email", Type::String), Field::new("attributes", Type::Dynamic)]);
        assert!(redaction.replaces("email") && redaction.unseen().next().is_none());
        assert!(redaction.within("attributes", r#"{"email":"a"}"#).is_some_and(|json| !json.contains("\"a\"")));
        let typo = Redaction::new(b"key".to_vec(), &["usr".to_owned()], &known, true);
        assert!(typo.is_err_and(|error| error.contains("did you mean `user`?")));
    }

    /// RFC 4231, test case 2.
    #[test]
    fn the_hash_is_hmac_sha_256() {
        let redaction = Redaction { key: b"Jefe".to_vec(), fields: Vec::new(), unseen: Vec::new() };
        assert_eq!(redaction.hash("what do ya want for nothing?"), "5bdcc146bf60754e6a042426");
    }
}
