"""Sends a known set of spans, logs and metrics with OpenTelemetry's own SDK: otlp_sdk.py GRPC_PORT HTTP_PORT.

Spans and metrics go over gRPC with gzip, logs over HTTP; what arrives is compared by otlp_python.sh.
"""

import logging
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode
import grpc

START = 1_767_225_600_000_000_000  # 2026-01-01T00:00:00Z

grpc_port, http_port = sys.argv[1:3]
resource = Resource.create({"service.name": "python-shop", "cloud.region": "eu-west-1"})

tracer_provider = TracerProvider(resource=resource)
tracer_provider.add_span_processor(
    SimpleSpanProcessor(
        OTLPSpanExporter(endpoint=f"127.0.0.1:{grpc_port}", insecure=True, compression=grpc.Compression.Gzip)
    )
)
tracer = tracer_provider.get_tracer("python-tracer")
for number in range(20):
    failed = number % 5 == 0
    span = tracer.start_span(
        f"request {number}",
        kind=SpanKind.SERVER,
        start_time=START + number * 1_000_000_000,
        attributes={"http.response.status_code": 500 if failed else 200, "items": [1, number], "ratio": number / 4},
    )
    if failed:
        span.set_status(Status(StatusCode.ERROR, "out of stock"))
    span.end(end_time=START + number * 1_000_000_000 + 5_000_000 * (number + 1))
tracer_provider.shutdown()

logger_provider = LoggerProvider(resource=resource)
logger_provider.add_log_record_processor(
    SimpleLogRecordProcessor(
        OTLPLogExporter(endpoint=f"http://127.0.0.1:{http_port}/v1/logs", compression=Compression.Gzip)
    )
)
logger = logging.getLogger("shop")
logger.setLevel(logging.INFO)
logger.addHandler(LoggingHandler(logger_provider=logger_provider))
for number in range(6):
    level = logging.ERROR if number % 3 == 0 else logging.INFO
    logger.log(level, "order %d", number, extra={"order.number": number})
logger_provider.shutdown()

reader = PeriodicExportingMetricReader(
    OTLPMetricExporter(endpoint=f"127.0.0.1:{grpc_port}", insecure=True), export_interval_millis=3_600_000
)
meter_provider = MeterProvider(resource=resource, metric_readers=[reader])
meter = meter_provider.get_meter("python-meter")
meter.create_counter("orders", unit="{order}").add(7, {"paid": True})
histogram = meter.create_histogram("took", unit="s")
for took in (0.5, 0.25, 0.25):
    histogram.record(took)
meter_provider.shutdown()
