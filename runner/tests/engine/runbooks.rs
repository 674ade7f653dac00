//! Every block of the runbooks is something that this engine can run.

use runner::execution::Execution;
use runner::operator::Limits;
use syntax::analysis::Context;
use syntax::source::Sources;

#[test]
fn every_block_can_run() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../runbooks");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut blocks = 0;
    for path in paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let context = Context { sources: Sources::builtin(), ..Context::default() };
        let analysis = syntax::analyze(&syntax::parse(&text), &context);
        for block in &analysis.blocks {
            let Some(pipeline) = &block.pipeline else { continue };
            let execution = Execution::new(pipeline, 0, &Limits::default());
            let execution = execution.unwrap_or_else(|error| panic!("{}, {}: {error}", path.display(), block.name));
            let expected: Vec<String> = pipeline.output().fields.iter().map(|field| field.name.to_string()).collect();
            let found: Vec<&str> = execution.schema().fields().iter().map(|field| field.name().as_str()).collect();
            assert_eq!(found, expected, "{}, {}", path.display(), block.name);
            blocks += 1;
        }
    }
    assert!(blocks > 0);
}
