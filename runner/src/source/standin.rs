//! Stands in for the profile and the OTLP listeners until `source::profile` and `source::otlp` bring them.

#[derive(Clone, Default)]
pub(crate) struct Profile;

impl Profile {
    pub(crate) fn observe(&mut self, _: &arrow_array::RecordBatch) {}
    pub(crate) fn field(&self, _: &str) -> Option<FieldProfile> {
        None
    }
}

#[derive(Clone)]
pub(crate) struct FieldProfile {
    pub(crate) seen: u64,
    pub(crate) looked_at: u64,
    pub(crate) distinct: u64,
    pub(crate) top: Vec<(String, u64)>,
    pub(crate) min: Option<String>,
    pub(crate) max: Option<String>,
    pub(crate) p50: Option<String>,
    pub(crate) p99: Option<String>,
}
