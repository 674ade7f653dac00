//! What the most used attributes mean, in a line each, and the unit of those that have one. In our own
//! words; names and types are OpenTelemetry's.

/// Name, meaning, unit as UCUM writes it or "".
type Doc = (&'static str, &'static str, &'static str);

/// By name.
pub(super) fn get(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    let place = DOCS.binary_search_by(|(known, _, _)| known.cmp(&name)).ok()?;
    let (_, doc, unit) = DOCS[place];
    Some((doc, Some(unit).filter(|unit| !unit.is_empty())))
}

/// Sorted by name.
static DOCS: &[Doc] = &[
    ("client.address", "Where the caller came from: its address or host name, behind proxies too.", ""),
    ("cloud.account.id", "The account at the cloud provider.", ""),
    ("cloud.availability_zone", "The zone within the region.", ""),
    ("cloud.provider", "Whose cloud it runs in.", ""),
    ("cloud.region", "The region it ran in.", ""),
    ("code.function.name", "The function that was running, with its module or class.", ""),
    ("container.id", "The container.", ""),
    ("container.image.name", "The image that the container was started from.", ""),
    ("container.name", "The container's name.", ""),
    ("customer.id", "The customer whose request it was.", ""),
    ("customer.tier", "The customer's contract.", ""),
    ("db.collection.name", "The table or collection.", ""),
    ("db.namespace", "The database, with its schema where there is one.", ""),
    ("db.operation.name", "What was asked of the database: `SELECT`, `findAndModify` …", ""),
    ("db.query.text", "The query, its values taken out.", ""),
    ("db.response.status_code", "The database's own error code.", ""),
    ("db.system.name", "Which database product.", ""),
    ("deployment.environment.name", "Where it is deployed: `production`, `staging` …", ""),
    ("deployment.id", "The deployment.", ""),
    ("deployment.name", "The deployment's name.", ""),
    ("enduser.id", "The user who was logged in.", ""),
    ("error.type", "The class of error it ended with: an exception's type or a status code.", ""),
    ("exception.message", "What the exception says.", ""),
    ("exception.stacktrace", "The exception's stack trace.", ""),
    ("exception.type", "The exception's class.", ""),
    ("faas.name", "The function's name at the provider.", ""),
    ("feature_flag.key", "Which feature flag was asked.", ""),
    ("feature_flag.result.variant", "Which variant of the flag was given.", ""),
    ("gen_ai.request.model", "The model that was asked for.", ""),
    ("gen_ai.usage.input_tokens", "Tokens in the prompt.", "{token}"),
    ("gen_ai.usage.output_tokens", "Tokens in the answer.", "{token}"),
    ("host.id", "The host's own identity.", ""),
    ("host.name", "The host or pod it ran on.", ""),
    ("http.request.body.size", "The request's payload, as it was sent.", "By"),
    ("http.request.method", "GET, POST …", ""),
    ("http.request.resend_count", "How often the request was sent again.", "{request}"),
    ("http.response.body.size", "The answer's payload, as it was sent.", "By"),
    ("http.response.status_code", "The HTTP status of the answer.", ""),
    ("http.route", "The route that matched, with its parameters' names: `/product/{id}`.", ""),
    ("k8s.cluster.name", "The Kubernetes cluster.", ""),
    ("k8s.container.name", "The container within its pod.", ""),
    ("k8s.deployment.name", "The Kubernetes deployment.", ""),
    ("k8s.namespace.name", "The Kubernetes namespace.", ""),
    ("k8s.node.name", "The node that the pod ran on.", ""),
    ("k8s.pod.name", "The pod.", ""),
    ("messaging.destination.name", "The queue or topic.", ""),
    ("messaging.message.body.size", "The message's payload.", "By"),
    ("messaging.message.id", "The message.", ""),
    ("messaging.operation.name", "What was done with the message: `send`, `receive`, `ack` …", ""),
    ("messaging.system", "Which messaging product.", ""),
    ("network.peer.address", "The other end of the connection.", ""),
    ("network.protocol.name", "The protocol above the transport: `http`, `amqp` …", ""),
    ("network.protocol.version", "The version of that protocol.", ""),
    ("network.transport", "The transport: `tcp`, `udp`, `quic` …", ""),
    ("order.id", "The order, where there is one.", ""),
    ("order.total", "What the order costs.", ""),
    ("os.type", "The operating system.", ""),
    ("process.executable.name", "The program's file name.", ""),
    ("process.pid", "The process.", ""),
    ("process.runtime.name", "What runs the program: a virtual machine or interpreter.", ""),
    ("process.runtime.version", "The version of that runtime.", ""),
    ("rpc.method", "The remote method that was called.", ""),
    ("rpc.system.name", "Which RPC system.", ""),
    ("server.address", "The host that was called.", ""),
    ("server.port", "The port that was called.", ""),
    ("service.instance.id", "One running copy of the service.", ""),
    ("service.name", "The service that sent it.", ""),
    ("service.namespace", "What the service belongs to: a team or a product.", ""),
    ("service.version", "The version of the service.", ""),
    ("session.id", "The user's session.", ""),
    ("telemetry.sdk.language", "The language of the SDK that sent it.", ""),
    ("telemetry.sdk.name", "The SDK that sent it.", ""),
    ("telemetry.sdk.version", "The version of that SDK.", ""),
    ("thread.id", "The thread.", ""),
    ("thread.name", "The thread's name.", ""),
    ("tls.protocol.version", "The version of TLS.", ""),
    ("url.domain", "The domain part of the address.", ""),
    ("url.full", "The whole address that was asked for.", ""),
    ("url.path", "The path that was asked for.", ""),
    ("url.query", "What stands behind the `?`.", ""),
    ("url.scheme", "`http` or `https`.", ""),
    ("user.id", "The user.", ""),
    ("user_agent.name", "The browser or program that asked.", ""),
    ("user_agent.original", "The whole User-Agent header.", ""),
    ("vcs.ref.head.name", "The branch or tag that was built.", ""),
    ("vcs.ref.head.revision", "The commit that was built.", ""),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorted_once_each_and_known_to_the_conventions() {
        assert!(DOCS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        let ours = ["customer.id", "customer.tier", "order.id", "order.total"];
        for (name, doc, _) in DOCS {
            assert!(doc.ends_with(['.', '…']), "{name}: {doc}");
            let current = super::super::attributes::get(name).is_some_and(|known| known.renamed_to.is_none());
            assert!(current || ours.contains(name), "`{name}` is not in the conventions, or has a newer name");
        }
        assert_eq!(get("http.request.body.size").and_then(|(_, unit)| unit), Some("By"));
        assert_eq!(get("nothing"), None);
    }
}
