//! Every block of the runbooks is something that this engine can run.

use std::collections::HashSet;
use std::path::Path;

use runner::config::Config;
use runner::execution::Execution;
use runner::operator::Limits;
use syntax::analysis::Context;

#[test]
fn every_block_can_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../runbooks");
    let config = Config::load(&Path::new(folder).join("headwater.toml")).unwrap();
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut blocks = 0;
    let mut drawn = HashSet::new();
    let mut all = String::new();
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(&path).unwrap();
        all.push_str(&text);
        let context = Context { sources: config.sources.clone(), ..Context::default() };
        let analysis = syntax::analyze(&syntax::parse(&text), &context);
        for block in &analysis.blocks {
            let Some(pipeline) = &block.pipeline else { continue };
            let execution = Execution::new(pipeline, 0, &Limits::default());
            let execution = execution.unwrap_or_else(|error| panic!("{}, {}: {error}", path.display(), block.name));
            let expected: Vec<String> = pipeline.output().fields.iter().map(|field| field.name.to_string()).collect();
            let found: Vec<&str> = execution.schema().fields().iter().map(|field| field.name().as_str()).collect();
            assert_eq!(found, expected, "{}, {}", path.display(), block.name);
            blocks += 1;
            drawn.insert(pipeline.render.kind.word());
        }
    }
    assert!(blocks > 0);
    // What the language has beyond the usual is shown where it is needed.
    let stages = ["join", "lookup", "parse-where", "mv-expand", "sample", "top-hitters", "assert"];
    let stages = stages.map(|word| format!("\n| {word} ")).into_iter();
    for text in stages.chain(["hop(", "session("].map(str::to_owned)) {
        assert!(all.contains(&text), "no runbook has `{text}`");
    }
    for kind in ["heatmap", "histogram", "piechart", "card", "timechart", "barchart", "table", "log"] {
        assert!(drawn.contains(kind), "no runbook has `render {kind}`");
    }
}
