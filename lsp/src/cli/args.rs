//! What can be said on the command line. The help teaches by example.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

/// Live telemetry, asked in plain text.
#[derive(Debug, Parser)]
#[command(
    name = "headwater",
    version,
    about,
    long_about = "Live telemetry, asked in plain text.\n\n\
        A runbook is a Markdown file; its `headwater` blocks are small stream pipelines over spans, logs and\n\
        metrics. Without any set-up the sources spans, logs, metrics and deploys are a simulated shop.",
    after_help = "Examples:\n  \
        headwater run runbooks/checkout-latency.md        live charts under the runbook's headings\n  \
        headwater query 'spans | where duration > 1s | tail 10'\n  \
        headwater sources spans                           fields, types and values that occur\n  \
        headwater check runbooks/                         what is wrong, at its place\n\n\
        Exit codes: 0 done and clean, 1 findings or a failed assert, 2 could not do it,\n\
        130 interrupted while writing rows."
)]
pub(crate) struct Args {
    /// Colours on the screen; `auto` also follows NO_COLOR
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(crate) color: Color,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a runbook's blocks, live
    Run(RunArgs),
    /// Run one pipeline
    Query(QueryArgs),
    /// Find what is wrong with runbooks and headwater.toml, offline
    Check(CheckArgs),
    /// Run the tests that runbooks have, offline
    Test(TestArgs),
    /// Keep a source's events in a file, to be replayed
    Record(RecordArgs),
    /// Write a runbook with what its blocks give, as a page that stays
    Render(RenderArgs),
    /// Say what a branch changes in the meaning of runbooks
    Diff(DiffArgs),
    /// Bring runbooks' blocks into the one form; prose is never touched
    Fmt(FmtArgs),
    /// Show how a pipeline runs: the plan before and after rewriting
    Explain(ExplainArgs),
    /// Serve a runner over gRPC
    Serve(ServeArgs),
    /// Show a runbook as a live page in a browser of this machine
    View(ViewArgs),
    /// Show what is there: sources, fields, types, values, rate
    Sources(SourcesArgs),
    /// List what a runner runs, or stop one of its flows
    Flows(FlowsArgs),
    /// Serve an editor on stdio
    Lsp,
    /// Say what is different about the events that a filter lets through
    Different(DifferentArgs),
    /// Explain the language: every word of it, or one
    HelpLanguage(LanguageArgs),
    /// Explain headwater.toml: every key, or its JSON Schema
    HelpConfig(ConfigArgs),
    /// Explain a finding of the editor or of `check`: every code, or one
    ExplainCode(CodeArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ViewArgs {
    #[arg(value_name = "RUNBOOK.md")]
    pub(crate) runbook: PathBuf,
    /// 0 takes one that is free
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,
}

/// Which runner, over which sources.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct RunnerArgs {
    /// Add a source or put another in its place, e.g. access=file:access.jsonl?follow=true
    #[arg(long, value_name = "NAME=URI", value_parser = pair, conflicts_with = "runner")]
    pub(crate) source: Vec<(String, String)>,
    /// Sources from this file, not from the nearest headwater.toml
    #[arg(long, value_name = "FILE", conflicts_with = "runner")]
    pub(crate) config: Option<PathBuf>,
    /// A runner that serves already, HOST:PORT or unix:PATH; without it one runs within this process
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) runner: Option<String>,
    /// The file with that runner's token
    #[arg(long, value_name = "FILE", requires = "runner")]
    pub(crate) token_file: Option<PathBuf>,
}

/// What is written, and for how long.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct WatchArgs {
    /// End cleanly after this time, e.g. 30s
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// Begin with so much of what live sources have kept; 0s with nothing [default: all of it]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) since: Option<Duration>,
    /// End cleanly after so many events read by each block
    #[arg(long, value_name = "N")]
    pub(crate) events: Option<u64>,
    /// `auto` is a live picture on a terminal, ndjson in a pipe
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub(crate) format: Format,
    /// Rows that may still change too, told apart by a field `provisional`
    #[arg(long)]
    pub(crate) provisional: bool,
    /// Write raw records that were dropped, or lost a value, into this file
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Say nothing on stderr but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

impl WatchArgs {
    /// Rows that may still change are not written; `draws`: there is a terminal for a picture.
    pub(crate) fn final_only(&self, draws: bool) -> bool {
        let rows = match self.format {
            Format::Auto => !draws,
            Format::Ndjson | Format::Csv => true,
            Format::Table => false,
        };
        rows && !self.provisional
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Auto,
    Table,
    Ndjson,
    Csv,
}

const FORMATS: &str = "\n\nIn ndjson and csv, fields have their plain names, datetimes are RFC 3339 in UTC, timespans numbers of\n\
    nanoseconds, NaN and infinities null. ndjson is exact; csv and tables show control characters as \\u{1b}.\n\
    `q` or Ctrl-C ends the live picture (exit 0); Ctrl-C while writing rows ends the flows, writes what they\n\
    held, and exits with 130.";

#[derive(Debug, clap::Args)]
#[command(after_help = ["Examples:\n  \
    headwater run runbooks/checkout-latency.md\n  \
    headwater run runbooks/checkout-latency.md latency-by-region --set service=cart\n  \
    headwater run incident.md --source spans=otlp:127.0.0.1:4317\n  \
    headwater run incident.md --for 10s --format ndjson | jq 'select(.block == \"slowest\")'", FORMATS].concat())]
pub(crate) struct RunArgs {
    /// The Markdown file
    #[arg(value_name = "RUNBOOK.md")]
    pub(crate) runbook: PathBuf,
    /// Names (or numbers) of the blocks to run; all of them without any
    #[arg(value_name = "BLOCK")]
    pub(crate) blocks: Vec<String>,
    /// Run the one block only up to this stage: its number from 1, or its word
    #[arg(long, value_name = "STAGE")]
    pub(crate) until: Option<String>,
    /// Set a parameter of the runbook, e.g. customer=c-1042
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) settings: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = ["Examples:\n  \
    headwater query 'spans | where duration > 1s | tail 10'\n  \
    headwater query 'access | summarize count() by status' --source access=file:access.jsonl\n  \
    headwater query 'spans | summarize p99 = percentile(duration, 99) by service.name, bin(timestamp, 10s)'\n  \
    kubectl logs -f deploy/checkout | headwater query 'stdin | where level == \"error\" | tail 20'", FORMATS].concat())]
pub(crate) struct QueryArgs {
    /// A source, then stages after `|`
    #[arg(value_name = "PIPELINE")]
    pub(crate) pipeline: String,
    /// Run only up to this stage: its number from 1, or its word
    #[arg(long, value_name = "STAGE")]
    pub(crate) until: Option<String>,
    #[command(flatten)]
    pub(crate) watch: WatchArgs,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater check runbooks/\n  \
    headwater check runbooks/ --format github            annotations in a pull request\n  \
    headwater check runbooks/ --format sarif > findings.sarif\n  \
    headwater check --since origin/main                  only what a pull request changes\n  \
    headwater check --fix runbooks/                      mends what keeps its meaning\n  \
    headwater check --watch runbooks/                    again after each change\n  \
    headwater check --against 127.0.0.1:7411             what vanished from the events, or changed its type\n\n\
    Another level for a finding: `[check.rules]` in headwater.toml, e.g. short-window = \"off\". Ignored in one\n\
    place, with the reason: `// headwater-ignore short-window: they are never late`.\n\n\
    Offline: fields come from the nearest headwater.toml and what is built in.\n\
    Exit codes: 0 clean, 1 findings, 2 something could not be checked.")]
pub(crate) struct CheckArgs {
    /// Markdown files and headwater.toml, and folders to search for them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    pub(crate) format: CheckFormat,
    /// Mend what keeps its meaning: other languages' words, renamed fields, filters that belong earlier
    #[arg(long)]
    pub(crate) fix: bool,
    /// Mend guesses too, where there is one: look at the result
    #[arg(long, requires = "fix")]
    pub(crate) unsafe_fixes: bool,
    /// Only files that differ from this commit or branch, and runbooks whose headwater.toml does
    #[arg(long, value_name = "GITREF")]
    pub(crate) since: Option<String>,
    /// Also what differs from what comes to this runner: fields that vanished, have another type, or that nobody reads
    #[arg(long, value_name = "RUNNER")]
    pub(crate) against: Option<String>,
    /// The file with that runner's token
    #[arg(long, value_name = "FILE", requires = "against")]
    pub(crate) token_file: Option<PathBuf>,
    /// How long the runner's sources are looked at
    #[arg(long = "for", value_name = "TIME", value_parser = duration, default_value = "5s", requires = "against")]
    pub(crate) time: Duration,
    /// Check again whenever a file changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["fix", "since", "against"])]
    pub(crate) watch: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    Human,
    Json,
    Github,
    Gitlab,
    Sarif,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "A test is a fence in the runbook, with the rows that must come of a block over a recording:\n\n  \
    ```headwater-test for=errors-by-region input=fixtures/incident.jsonl\n  \
    | cloud.region | errors |\n  \
    |--------------|--------|\n  \
    | eu-west-1    | 12     |\n  \
    ```\n\n\
    `input.SOURCE=PATH` for a block that reads several, `set.PARAMETER=VALUE` for parameters. Only the columns that\n\
    are named are compared; rows may come in any order where the block has none of its own.\n\n\
    Examples:\n  \
    headwater test runbooks/\n  \
    headwater test --update runbooks/incident.md         writes what came; read the diff\n  \
    headwater test --format junit runbooks/ > junit.xml\n\n\
    Exit codes: 0 all passed, 1 some failed, 2 something could not be tested."
)]
pub(crate) struct TestArgs {
    /// Markdown files, and folders to search for them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// Write the rows that came into the runbooks
    #[arg(long)]
    pub(crate) update: bool,
    /// Only the tests of these blocks
    #[arg(long, value_name = "NAME")]
    pub(crate) block: Vec<String>,
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(crate) format: TestFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    Human,
    Json,
    Github,
    Junit,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater record spans --for 60s -o fixtures/incident.jsonl.zst\n  \
    headwater record logs --where 'severity == \"ERROR\"' --redact user.email -o errors.jsonl\n  \
    headwater query 'spans | count' --source spans=replay:fixtures/incident.jsonl.zst\n  \
    headwater run runbooks/checkout-latency.md --source spans=replay:incident.jsonl.zst?speed=10x\n\n\
    JSON lines, compressed by the file's ending (.zst, .gz). The first line says what was recorded, with the fields'\n\
    types. A redacted field holds a keyed hash: the same value is the same hash. The key is random for each recording\n\
    unless --redact-key-file says it. What else an event says of it, e.g. in its message, stays. Ctrl-C ends cleanly.")]
pub(crate) struct RecordArgs {
    /// The source's name
    #[arg(value_name = "SOURCE")]
    pub(crate) name: String,
    /// Where it is written; the ending says how it is compressed
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: PathBuf,
    /// End after this time, e.g. 60s; without it, at Ctrl-C
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// End after so many events were read
    #[arg(long, value_name = "N")]
    pub(crate) events: Option<u64>,
    /// End when the file has this size
    #[arg(long, value_name = "SIZE", value_parser = super::record::size)]
    pub(crate) max_bytes: Option<u64>,
    /// Begin with so much of what the runner has kept
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "0s")]
    pub(crate) since: Duration,
    /// Only events for which this holds
    #[arg(long, value_name = "PREDICATE")]
    pub(crate) r#where: Option<String>,
    /// Only a part, e.g. `10%`, or `10% by trace.id` for whole traces
    #[arg(long, value_name = "SHARE")]
    pub(crate) sample: Option<String>,
    /// Write a keyed hash in place of this field's values
    #[arg(long, value_name = "FIELD")]
    pub(crate) redact: Vec<String>,
    /// The file with the key of the hashes, so that recordings have the same ones
    #[arg(long, value_name = "FILE", requires = "redact")]
    pub(crate) redact_key_file: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Say nothing on stderr but errors and the end
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater render runbooks/payment-outage.md -o outage.html --input spans=fixtures/incident.jsonl.zst\n  \
    headwater render runbooks/payment-outage.md -o outage.md --for 60s\n\n\
    One file: nothing in it runs, and nothing is fetched from elsewhere. Times are UTC.\n\n\
    Exit codes: 0 done, 1 an assert did not hold, 2 something could not be run or written.")]
pub(crate) struct RenderArgs {
    /// The Markdown file
    #[arg(value_name = "RUNBOOK.md")]
    pub(crate) runbook: PathBuf,
    /// Where it is written, .html or .md; without it, HTML on stdout
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Read this recording; with SOURCE= for one of several sources
    #[arg(long, value_name = "[SOURCE=]PATH")]
    pub(crate) input: Vec<String>,
    /// How long live sources are read
    #[arg(long = "for", value_name = "TIME", value_parser = duration, default_value = "10s")]
    pub(crate) time: Duration,
    /// Set a parameter of the runbook, e.g. customer=c-1042
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) settings: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater diff origin/main\n  \
    headwater diff origin/main runbooks/ --format markdown > comment.md\n  \
    headwater diff HEAD~1 --input spans=fixtures/incident.jsonl    with the rows before and after\n\n\
    Compared with where this branch left the commit. Of each block: its stages, the lets and parameters that it uses,\n\
    the sources and fields that it reads, the fields that it gives, its windows, and what it costs, the dearest of:\n  \
    event by event, keeps nothing             where, extend, project, take …\n  \
    keeps a bounded number of rows            tail, top, lookup, one row of summarize\n  \
    keeps the groups of open windows          summarize by bin(…), hop(…), session(…)\n  \
    keeps events until their partner may have come   join within …\n  \
    keeps one row a group, for as long as it runs    summarize without a window, distinct\n\n\
    Exit codes: 0 all mean the same, 1 some mean something else, 2 something could not be compared.")]
pub(crate) struct DiffArgs {
    /// A commit or a branch
    #[arg(value_name = "GITREF")]
    pub(crate) gitref: String,
    /// Markdown files, and folders to search for them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub(crate) format: DiffFormat,
    /// Run both versions over this recording; with SOURCE= for one of several sources
    #[arg(long, value_name = "[SOURCE=]PATH")]
    pub(crate) input: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    Human,
    Markdown,
    Json,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater fmt runbooks/\n  \
    headwater fmt --check runbooks/                      lists what is not formatted, changes nothing\n\n\
    Exit codes: 0 all is formatted (now), 1 with --check: some is not, 2 something could not be read or written.")]
pub(crate) struct FmtArgs {
    /// Markdown files, and folders to search for them
    #[arg(value_name = "PATH", required = true)]
    pub(crate) paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change and exit with 1
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater explain runbooks/checkout-latency.md slowest\n  \
    headwater explain 'spans | where duration > 1s | count'")]
pub(crate) struct ExplainArgs {
    /// A Markdown file, or a pipeline
    #[arg(value_name = "RUNBOOK.md | PIPELINE")]
    pub(crate) what: String,
    /// The block; all of them without one
    #[arg(value_name = "BLOCK")]
    pub(crate) block: Option<String>,
    /// Set a parameter of the runbook, e.g. customer=c-1042
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) settings: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater different 'spans | where status == \"error\"'\n  \
    headwater different runbooks/payment-outage.md failures --until 1\n\n\
    Compares the recent events that the last `where` lets through with those that it does not: the fields whose\n\
    values differ most come first. What chance would explain is left out.")]
pub(crate) struct DifferentArgs {
    /// A Markdown file, or a pipeline
    #[arg(value_name = "RUNBOOK.md | PIPELINE")]
    pub(crate) what: String,
    /// The block; the first with a pipeline without one
    #[arg(value_name = "BLOCK")]
    pub(crate) block: Option<String>,
    /// The `where` that is meant: its number among the stages, from 1, or `where` if there is one only
    #[arg(long, value_name = "STAGE")]
    pub(crate) until: Option<String>,
    /// Set a parameter of the runbook, e.g. customer=c-1042
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) settings: Vec<(String, String)>,
    #[arg(long, value_enum, default_value_t = Format::Auto)]
    pub(crate) format: Format,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater explain-code                               every code, with what it means\n  \
    headwater explain-code short-window                  one, with an example, what is said of it, and the fix")]
pub(crate) struct CodeArgs {
    /// As it stands behind the severity: unknown-field
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater serve\n  \
    headwater serve --config team/headwater.toml --listen unix:/run/headwater.sock\n  \
    headwater run incident.md --runner 127.0.0.1:7411 --token-file ~/.local/state/headwater/token\n\n\
    On TCP each call needs the token of the token file, which is made where there is none.\n\
    A unix socket is for its owner alone.")]
pub(crate) struct ServeArgs {
    /// Sources and settings; without it the nearest headwater.toml
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where to listen: HOST:PORT or unix:PATH [default: 127.0.0.1:7411]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where the token is kept
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Serve the runner's own metrics (OpenMetrics) on an address of this machine
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) metrics: Option<String>,
    /// Add a source or put another in its place
    #[arg(long, value_name = "NAME=URI", value_parser = pair)]
    pub(crate) source: Vec<(String, String)>,
    /// For one editor: a socket of its own, named on stdout, until stdin ends
    #[arg(long, hide = true, conflicts_with_all = ["listen", "token_file", "metrics"])]
    pub(crate) private: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater sources                                    all sources, and how much comes from each\n  \
    headwater sources spans                              its fields, types and most frequent values\n  \
    headwater sources access --source access=file:access.jsonl\n  \
    headwater sources --save                             keeps what was seen beside headwater.toml, for review and CI")]
pub(crate) struct SourcesArgs {
    /// One source, with its fields
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// How long to look at what comes; 0s looks at nothing
    #[arg(long = "for", value_name = "TIME", value_parser = duration, default_value = "2s")]
    pub(crate) time: Duration,
    /// Write what was seen into headwater.snapshot.toml beside the configuration; editors and `check` read it
    #[arg(long)]
    pub(crate) save: bool,
    #[command(flatten)]
    pub(crate) runner: RunnerArgs,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater flows --runner 127.0.0.1:7411 --token-file token      what runs there, and what it read\n  \
    headwater flows --runner unix:runner.sock --stop flow-7")]
pub(crate) struct FlowsArgs {
    /// The runner that serves, HOST:PORT or unix:PATH
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) runner: String,
    /// The file with that runner's token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Stop this flow; what it holds becomes final and goes to its watchers
    #[arg(long, value_name = "FLOW")]
    pub(crate) stop: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater help-language                              the whole reference, in Markdown\n  \
    headwater help-language percentile                   what it takes, means and gives\n  \
    headwater help-language '!='                         operators too\n\n\
    Also a stage, a finding's code, a word of Kusto that is not here, or another language's word for ours.")]
pub(crate) struct LanguageArgs {
    /// One word of it
    #[arg(value_name = "WORD", allow_hyphen_values = true)]
    pub(crate) word: Option<String>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater help-config                                what headwater.toml may say, in Markdown\n  \
    headwater help-config lateness                       one key\n  \
    headwater help-config --schema > headwater.schema.json")]
pub(crate) struct ConfigArgs {
    /// One key of it
    #[arg(value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The JSON Schema, for editors that know TOML by one (taplo, Even Better TOML)
    #[arg(long, conflicts_with = "key")]
    pub(crate) schema: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    headwater completions bash > ~/.local/share/bash-completion/completions/headwater\n  \
    headwater completions zsh > ~/.zfunc/_headwater\n  \
    headwater completions fish > ~/.config/fish/completions/headwater.fish")]
pub(crate) struct CompletionsArgs {
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

/// Settings as the analysis takes them; the last of one name holds.
pub(crate) fn settings(pairs: &[(String, String)]) -> HashMap<String, String> {
    pairs.iter().cloned().collect()
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a time such as 500ms, 30s or 5m".to_owned();
    let nanos = syntax::literal::parse_timespan(text).map_err(|_| wrong())?;
    u64::try_from(nanos).map(Duration::from_nanos).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("0s"), Ok(Duration::ZERO));
        assert!(duration("-3s").is_err());
        assert!(duration("soon").is_err());
    }

    #[test]
    fn a_value_may_hold_an_equals_sign() {
        assert_eq!(pair("a=file:x?b=c"), Ok(("a".to_owned(), "file:x?b=c".to_owned())));
        assert!(pair("=x").is_err());
        assert!(pair("x").is_err());
    }
}
