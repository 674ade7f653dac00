//! Metric data points to rows, one a point whatever its kind.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::super::column::Scalar;
use super::listeners::Sink;
use super::record;

pub(super) fn decode(request: &ExportMetricsServiceRequest, sink: &mut Sink<'_>) {
    for ResourceMetrics { resource, scope_metrics, .. } in &request.resource_metrics {
        for ScopeMetrics { scope, metrics, .. } in scope_metrics {
            for metric in metrics {
                let mut points = Points { resource: resource.as_ref(), scope: scope.as_ref(), metric, sink };
                points.all();
            }
        }
    }
}

/// The points of one metric.
struct Points<'a, 'f> {
    resource: Option<&'a Resource>,
    scope: Option<&'a InstrumentationScope>,
    metric: &'a Metric,
    sink: &'a mut Sink<'f>,
}

impl Points<'_, '_> {
    fn all(&mut self) {
        match &self.metric.data {
            None => {}
            Some(Data::Gauge(gauge)) => gauge.data_points.iter().for_each(|point| {
                self.begin("gauge", &point.attributes, (point.start_time_unix_nano, point.time_unix_nano));
                self.number(point);
                self.sink.keep();
            }),
            Some(Data::Sum(sum)) => sum.data_points.iter().for_each(|point| {
                self.begin("sum", &point.attributes, (point.start_time_unix_nano, point.time_unix_nano));
                self.temporality(sum.aggregation_temporality());
                self.sink.table.set_by_name("metric.monotonic", Scalar::Bool(sum.is_monotonic));
                self.number(point);
                self.sink.keep();
            }),
            Some(Data::Histogram(histogram)) => histogram.data_points.iter().for_each(|point| {
                self.begin("histogram", &point.attributes, (point.start_time_unix_nano, point.time_unix_nano));
                self.temporality(histogram.aggregation_temporality());
                self.spread(point.count, point.sum, point.min, point.max);
                self.json(
                    "buckets",
                    || serde_json::json!({ "bounds": point.explicit_bounds, "counts": point.bucket_counts }),
                );
                self.sink.keep();
            }),
            Some(Data::ExponentialHistogram(histogram)) => histogram.data_points.iter().for_each(|point| {
                let times = (point.start_time_unix_nano, point.time_unix_nano);
                self.begin("exponential_histogram", &point.attributes, times);
                self.temporality(histogram.aggregation_temporality());
                self.spread(point.count, point.sum, point.min, point.max);
                self.json("buckets", || {
                    let side = |buckets: &Option<_>| -> serde_json::Value {
                        let buckets: &Option<
                            opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets,
                        > = buckets;
                        buckets.as_ref().map_or(
                            serde_json::Value::Null,
                            |buckets| serde_json::json!({ "offset": buckets.offset, "counts": buckets.bucket_counts }),
                        )
                    };
                    serde_json::json!({
                        "scale": point.scale,
                        "zero": point.zero_count,
                        "positive": side(&point.positive),
                        "negative": side(&point.negative),
                    })
                });
                self.sink.keep();
            }),
            Some(Data::Summary(summary)) => summary.data_points.iter().for_each(|point| {
                self.begin("summary", &point.attributes, (point.start_time_unix_nano, point.time_unix_nano));
                self.spread(point.count, Some(point.sum), None, None);
                self.json("buckets", || {
                    let quantiles = point.quantile_values.iter();
                    quantiles.map(|at| serde_json::json!({ "quantile": at.quantile, "value": at.value })).collect()
                });
                self.sink.keep();
            }),
        }
    }

    fn begin(&mut self, kind: &str, attributes: &[KeyValue], (start, time): (u64, u64)) {
        let table = &mut self.sink.table;
        record::context(table, self.resource, self.scope, attributes);
        record::time(table, "timestamp", time);
        record::time(table, "start_timestamp", start);
        record::text(table, "metric.name", &self.metric.name);
        record::text(table, "metric.unit", &self.metric.unit);
        record::text(table, "metric.type", kind);
    }

    fn temporality(&mut self, temporality: AggregationTemporality) {
        let word = match temporality {
            AggregationTemporality::Unspecified => return,
            AggregationTemporality::Delta => "delta",
            AggregationTemporality::Cumulative => "cumulative",
        };
        record::text(&mut self.sink.table, "metric.temporality", word);
    }

    fn number(&mut self, point: &NumberDataPoint) {
        let value = match point.value {
            None => return,
            Some(Value::AsDouble(value)) => Scalar::Real(value),
            Some(Value::AsInt(value)) => Scalar::Long(value),
        };
        self.sink.table.set_by_name("value", value);
    }

    fn spread(&mut self, count: u64, sum: Option<f64>, min: Option<f64>, max: Option<f64>) {
        let table = &mut self.sink.table;
        table.set_by_name("count", i64::try_from(count).map_or(Scalar::Unsigned(count), Scalar::Long));
        for (name, value) in [("value", sum), ("min", min), ("max", max)] {
            if let Some(value) = value {
                table.set_by_name(name, Scalar::Real(value));
            }
        }
    }

    fn json(&mut self, name: &str, make: impl FnOnce() -> serde_json::Value) {
        let table = &mut self.sink.table;
        if table.all() || !table.slots_of(name).is_empty() {
            table.set_by_name(name, Scalar::Json(&make().to_string()));
        }
    }
}
