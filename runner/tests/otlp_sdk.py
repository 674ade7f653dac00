"""Sends a known set of spans, logs and metrics by OpenTelemetry's own Python SDK, then exits.

usage: otlp_sdk.py grpc|http PORT

Everything but the metrics' times is fixed, ids included, so that the rows can be compared with what was sent.
"""

import sys

from grpc import Compression as GrpcCompression
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter as GrpcLogs
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter as GrpcMetrics
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcSpans
from opentelemetry.exporter.otlp.proto.http import Compression as HttpCompression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter as HttpLogs
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter as HttpMetrics
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpSpans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags, set_span_in_context

START = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z


class Ids(IdGenerator):
    """1, 2, 3 …"""

    def __init__(self):
        self.last = 0

    def generate_span_id(self):
        self.last += 1
        return self.last

    def generate_trace_id(self):
        return 0x0123456789ABCDEF0123456789ABCDEF


def exporters(protocol, port):
    """Of spans, logs and metrics; the spans are compressed."""
    if protocol == "grpc":
        to = {"endpoint": f"127.0.0.1:{port}", "insecure": True}
        return GrpcSpans(**to, compression=GrpcCompression.Gzip), GrpcLogs(**to), GrpcMetrics(**to)
    base = f"http://127.0.0.1:{port}/v1"
    return (
        HttpSpans(endpoint=f"{base}/traces", compression=HttpCompression.Gzip),
        HttpLogs(endpoint=f"{base}/logs"),
        HttpMetrics(endpoint=f"{base}/metrics"),
    )


def send_spans(resource, exporter):
    provider = TracerProvider(resource=resource, id_generator=Ids())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("shop.tracer", "1.0")
    linked = SpanContext(trace_id=0xA, span_id=0xB, is_remote=True, trace_flags=TraceFlags(1))
    parent = tracer.start_span(
        "POST /pay",
        kind=SpanKind.SERVER,
        start_time=START,
        attributes={"http.response.status_code": 503, "slow": True, "ratio": 0.25, "tags": ["a", "b"], "data": b"\xde\xad"},
        links=[Link(linked)],
    )
    child = tracer.start_span(
        "card ✓", kind=SpanKind.CLIENT, start_time=START + 1_000, context=set_span_in_context(parent)
    )
    child.add_event("retry", {"attempt": 2}, timestamp=START + 2_000)
    child.end(end_time=START + 3_000)
    parent.set_status(Status(StatusCode.ERROR, "declined"))
    parent.end(end_time=START + 250_000_000)
    provider.shutdown()


def send_logs(resource, exporter):
    provider = LoggerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("shop.logger")
    logger.emit(
        LogRecord(
            timestamp=START,
            observed_timestamp=START + 1_000_000,
            severity_number=SeverityNumber.ERROR,
            severity_text="ERROR",
            body="card declined\nfor c-7",
            event_name="payment.failed",
            attributes={"customer.id": "c-7", "attempts": 3},
        )
    )
    logger.emit(LogRecord(timestamp=START + 5_000_000, severity_number=SeverityNumber.INFO2, body={"order": [1, "x"]}))
    provider.shutdown()


def send_metrics(resource, exporter):
    views = [View(instrument_name="latency", aggregation=ExplicitBucketHistogramAggregation((1.0, 2.0)))]
    provider = MeterProvider([PeriodicExportingMetricReader(exporter)], resource, views=views, shutdown_on_exit=False)
    meter = provider.get_meter("shop.meter")
    route = {"http.route": "/pay"}
    orders = meter.create_counter("orders", unit="{order}")
    orders.add(2, route)
    orders.add(3, route)
    meter.create_up_down_counter("open").add(-4)
    meter.create_gauge("load").set(0.75)
    latency = meter.create_histogram("latency", unit="s")
    for seconds in (0.5, 1.5, 5.0):
        latency.record(seconds, route)
    provider.shutdown()


def main():
    protocol, port = sys.argv[1], int(sys.argv[2])
    resource = Resource({"service.name": f"shop-{protocol}", "cloud.region": "eu-west-1"})
    spans, logs, metrics = exporters(protocol, port)
    send_spans(resource, spans)
    send_logs(resource, logs)
    send_metrics(resource, metrics)


if __name__ == "__main__":
    main()
