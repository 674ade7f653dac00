//! What a person types is what stands there, the newline included: usual lines, key by key, in an editor that has
//! completion as such editors have it.
//!
//! Two kinds of editors: one that takes nothing that was not chosen (VS Code with what our extension sets, Helix,
//! Neovim with `noselect`), and one that focuses the first item of every list and takes it with Enter, or with a
//! commit character (VS Code without us, Zed, nvim-cmp and blink as they are often set up).

use std::fmt::Write;

use serde_json::{Value, json};

use crate::editor::{Editor, URI};

const LINES: &str = include_str!("typing.txt");

/// The pace of keys, and how long an answer is under way with the list drawn, in milliseconds.
const PACES: [u64; 3] = [60, 120, 200];
const UNDER_WAY: u64 = 25;

#[derive(Clone, Copy)]
struct Habits {
    /// Focuses the first item of a list that came by itself.
    focuses: bool,
    /// Asks at every letter, also where that is no trigger character.
    quick: bool,
    pace: u64,
    under_way: u64,
}

/// A list that is shown, or whose answer is under way.
struct List {
    items: Vec<Item>,
    incomplete: bool,
}

struct Item {
    /// Where its text begins on the line.
    start: usize,
    filter: String,
    sort: String,
    text: String,
    commits: Vec<String>,
}

/// An editor with a cursor in one line, and what is around it.
struct Typist {
    editor: Editor,
    habits: Habits,
    triggers: Vec<String>,
    before: String,
    line: String,
    after: String,
    shown: Option<List>,
    /// When the answer comes, and what it is.
    coming: Option<(u64, Option<List>)>,
    now: u64,
}

impl Typist {
    async fn start(habits: Habits) -> Typist {
        let mut editor = Editor::connect();
        let item = json!({ "snippetSupport": true, "commitCharactersSupport": true });
        let options = json!({ "selectsNothing": !habits.focuses, "openPlaces": true });
        let with = json!({
            "capabilities": { "textDocument": { "completion": { "completionItem": item } } },
            "initializationOptions": options,
        });
        let answer = editor.initialize(with).await;
        let triggers = &answer["capabilities"]["completionProvider"]["triggerCharacters"];
        let triggers = triggers.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        editor.open("").await;
        let (before, line, after) = Default::default();
        Typist { editor, habits, triggers, before, line, after, shown: None, coming: None, now: 0 }
    }

    /// The line and Enter; what stands there then.
    async fn typed(&mut self, before: &str, line: &str, after: &str) -> String {
        (self.before, self.line, self.after) = (before.to_owned(), String::new(), after.to_owned());
        (self.shown, self.coming) = (None, None);
        self.send().await;
        for key in line.chars().chain(['\n']) {
            self.press(key).await;
            self.now += self.habits.pace;
            self.arrive();
        }
        format!("{}{}{}", self.before, self.line, self.after)
    }

    async fn send(&mut self) {
        let text = format!("{}{}{}", self.before, self.line, self.after);
        self.editor.change(None, &text).await;
    }

    async fn press(&mut self, key: char) {
        let commits = |item: &Item| item.commits.iter().any(|it| *it == key.to_string());
        let focused = self.focused().filter(|item| key == '\n' || commits(item));
        if let Some((start, text)) = focused.map(|item| (item.start, item.text.clone())) {
            self.line.truncate(start);
            self.line.push_str(&text);
            (self.shown, self.coming) = (None, None);
            if key == '\n' {
                return self.send().await;
            }
        }
        self.line.push(key);
        self.send().await;
        if key == '\n' {
            self.before.push_str(&std::mem::take(&mut self.line));
            (self.shown, self.coming) = (None, None);
            return;
        }
        self.refilter();
        let word = key.is_alphanumeric() || key == '_';
        let context = if self.triggers.iter().any(|trigger| *trigger == key.to_string()) {
            json!({ "triggerKind": 2, "triggerCharacter": key })
        } else if word && self.shown.as_ref().is_some_and(|shown| shown.incomplete) {
            json!({ "triggerKind": 3 })
        } else if word && self.habits.quick && self.shown.is_none() {
            json!({ "triggerKind": 1 })
        } else {
            return;
        };
        let row = self.before.matches('\n').count();
        let position = json!({ "line": row, "character": self.line.encode_utf16().count() });
        let params = json!({ "textDocument": { "uri": URI }, "position": position, "context": context });
        let answer = self.editor.request("textDocument/completion", params).await;
        self.coming = Some((self.now + self.habits.under_way, self.list(&answer)));
    }

    /// What has come by now.
    fn arrive(&mut self) {
        if let Some((_, list)) = self.coming.take_if(|coming| coming.0 <= self.now) {
            self.shown = list;
            self.refilter();
        }
    }

    /// What does not fit the word any more goes.
    fn refilter(&mut self) {
        let line = &self.line;
        if let Some(shown) = &mut self.shown {
            shown.items.retain(|item| line.get(item.start..).is_some_and(|word| fits(&item.filter, word)));
        }
        self.shown.take_if(|shown| shown.items.is_empty());
    }

    fn focused(&self) -> Option<&Item> {
        let shown = self.shown.as_ref().filter(|_| self.habits.focuses)?;
        let begins = |item: &Item| {
            let word = self.line.get(item.start..).unwrap_or_default();
            item.filter.to_lowercase().starts_with(&word.to_lowercase())
        };
        shown.items.iter().min_by_key(|item| (!begins(item), item.sort.clone()))
    }

    fn list(&self, answer: &Value) -> Option<List> {
        let items = answer.get("items").unwrap_or(answer).as_array().filter(|items| !items.is_empty())?;
        let of = |value: &Value| value.as_str().map(str::to_owned);
        let word = self.line.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let items = items.iter().map(|item| {
            let label = of(&item["label"]).unwrap_or_default();
            let edit = &item["textEdit"];
            let start = edit["range"]["start"]["character"].as_u64();
            let text = of(&edit["newText"]).or_else(|| of(&item["insertText"])).unwrap_or_else(|| label.clone());
            let commits = item["commitCharacters"].as_array().into_iter().flatten().filter_map(of).collect();
            let filter = of(&item["filterText"]).unwrap_or_else(|| label.clone());
            let sort = of(&item["sortText"]).unwrap_or(label);
            Item { start: start.map_or(word, |start| start as usize), filter, sort, text: plain(&text), commits }
        });
        Some(List { items: items.collect(), incomplete: answer["isIncomplete"] == true })
    }
}

/// A snippet as it is inserted.
fn plain(snippet: &str) -> String {
    let (mut text, mut rest) = (String::new(), snippet);
    while let Some((before, behind)) = rest.split_once('$') {
        text.push_str(before);
        let place = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'));
        match place {
            Some((place, behind)) => {
                text.push_str(place.split_once(':').map_or("", |(_, filled)| filled));
                rest = behind;
            }
            None => rest = behind.trim_start_matches(|c: char| c.is_ascii_digit()),
        }
    }
    text + rest
}

/// As editors match: in order, the first letter at the beginning of a part.
fn fits(filter: &str, word: &str) -> bool {
    let (filter, word) = (filter.to_lowercase(), word.to_lowercase());
    let Some(first) = word.chars().next() else { return true };
    let starts = filter.char_indices().filter(|(at, c)| {
        *c == first && filter[..*at].chars().next_back().is_none_or(|before| !before.is_alphanumeric())
    });
    starts.into_iter().any(|(at, _)| {
        let mut rest = filter[at..].chars();
        word.chars().all(|wanted| rest.any(|c| c == wanted))
    })
}

/// The lines that came out otherwise, as they are then; and how many there were.
async fn all(habits: Habits) -> (String, usize) {
    let mut typist = Typist::start(habits).await;
    let (mut wrong, mut count) = (String::new(), 0);
    for text in LINES.split("====\n") {
        let mut before = String::new();
        let mut open = false;
        for line in text.lines() {
            let fence = line.starts_with("```");
            // The fence was closed before it was filled.
            let after = if open && !fence { "\n```\n" } else { "" };
            let found = typist.typed(&before, line, after).await;
            if found != format!("{before}{line}\n{after}") {
                let found = found.strip_prefix(&before).unwrap_or(&found);
                let found = found.strip_suffix(after).unwrap_or(found);
                writeln!(wrong, "{line:?} became {found:?}").expect("a string takes all");
            }
            open ^= fence;
            count += usize::from(!line.is_empty());
            before.push_str(line);
            before.push('\n');
        }
    }
    typist.editor.leave().await;
    (wrong, count)
}

#[tokio::test]
async fn what_is_typed_stands_there_where_nothing_is_focused() {
    // Also where the answers come far behind the keys.
    for (pace, under_way, quick) in [(60, UNDER_WAY, false), (60, 400, true)] {
        let (wrong, count) = all(Habits { focuses: false, quick, pace, under_way }).await;
        assert_eq!(wrong, "", "at {pace} ms a key, of {count}");
        assert!(count >= 60, "{count} lines");
    }
}

#[tokio::test]
async fn what_is_typed_stands_there_where_the_first_item_is_focused() {
    for (pace, quick) in PACES.into_iter().zip([true, false, false]) {
        let (wrong, count) = all(Habits { focuses: true, quick, pace, under_way: UNDER_WAY }).await;
        assert_eq!(wrong, "", "at {pace} ms a key, {} of {count} are wrong", wrong.lines().count());
    }
}
