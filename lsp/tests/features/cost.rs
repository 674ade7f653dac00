//! What a block costs, by what was seen.

use expect_test::{Expect, expect};
use lsp::features::lenses;

use crate::observed::block;

fn check(text: &str, expected: Expect) {
    let (document, _) = block(&format!("{text}$0"));
    let cost = lenses::lenses(&document, |_| lenses::Stand::default())
        .into_iter()
        .find(|lens| lens.does == lenses::Does::Cost);
    expected.assert_eq(&cost.map_or_else(|| "–".to_owned(), |lens| lens.title));
}

#[test]
fn filters_multiply_and_keys_too() {
    check("spans | tail 5", expect!["reads 2 k/s"]);
    check("spans | where cloud.region == \"eu-west-1\"", expect!["reads 2 k/s · ≈ 41 % pass"]);
    check(
        "spans | where cloud.region in (\"eu-west-1\", \"us-east-1\") and payment.provider == \"acme\"",
        expect!["reads 2 k/s · ≈ 2.1 % pass"],
    );
    check(
        "spans | where cloud.region == \"eu-west-1\" or cloud.region == \"us-east-1\"",
        expect!["reads 2 k/s · ≈ 62 % pass"],
    );
    check(
        "spans | where not(cloud.region == \"eu-west-1\") and isnotempty(payment.provider)",
        expect!["reads 2 k/s · ≈ 2.4 % pass"],
    );
    check("spans | where customer.id == \"c-99\"", expect!["reads 2 k/s · < 0.1 % pass"]);
    check("spans | where duration > 1s", expect!["reads 2 k/s · ≈ 10 % pass"]);
    check(
        "spans | where name has \"cart\" | summarize count() by cloud.region, payment.provider, bin(timestamp, 10s)",
        expect!["reads 2 k/s · ≈ 6 groups"],
    );
    check("logs | tail 5", expect!["–"]);
}
