//! What is to go wrong: planned ahead, first come, first served.

use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// A way for a provider to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Reads the request and never answers.
    Hang,
    /// Accepts the connection and never reads. As nobody knows what would have been asked, it is
    /// for any operation, and begins when nothing that was planned before it is left.
    Silent,
    /// Sends the headers, then a byte of the answer every half second.
    Drip,
    /// Resets the connection (RST) once the request was read.
    Reset,
    /// The port refuses connections. For any operation, begins as [`Fault::Silent`] does, and
    /// lasts until the fake is told to behave: what is refused can't be counted.
    Refuse,
    /// An error in OpenAI's shape.
    Status {
        /// 400 to 599.
        status: u16,
        /// The header `Retry-After`, in seconds or as a date or as nonsense.
        #[serde(default)]
        retry_after: Option<String>,
        /// `error.code`, such as `insufficient_quota`; what is usual for the status if there is none.
        #[serde(default)]
        code: Option<String>,
    },
    /// 200, and a page of HTML.
    Garbage,
    /// 200, and JSON of another shape.
    WrongShape,
    /// Vectors with a dimension less than asked for.
    WrongSize,
    /// The last vector is left out.
    MissingVector,
    /// Vectors with a number that no f32 can hold.
    NotFinite,
    /// Vectors with a null in the place of a number (in base64: instead of the vector).
    NullInVector,
}

impl Fault {
    fn can_happen_to(&self, operation: Operation) -> bool {
        match self {
            Self::WrongSize | Self::MissingVector | Self::NotFinite | Self::NullInVector => {
                operation == Operation::Embeddings
            }
            Self::Silent | Self::Refuse => false,
            Self::Hang
            | Self::Drip
            | Self::Reset
            | Self::Status { .. }
            | Self::Garbage
            | Self::WrongShape => true,
        }
    }
}

/// A fault, for which requests, and how many of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFault {
    #[serde(flatten)]
    pub fault: Fault,
    /// Of one operation only.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// Until told otherwise, if there is no number.
    #[serde(default)]
    pub count: Option<u32>,
}

/// What is still to go wrong.
#[derive(Debug, Default)]
pub struct Faults(Vec<PlannedFault>);

impl Faults {
    pub fn plan(&mut self, planned: PlannedFault) {
        if planned.count != Some(0) {
            self.0.push(planned);
        }
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn planned(&self) -> &[PlannedFault] {
        &self.0
    }

    /// What is to happen to a request that was read.
    pub fn next_for(&mut self, operation: Operation) -> Option<Fault> {
        let is_about = |planned: &PlannedFault| {
            planned.fault.can_happen_to(operation)
                && planned.operation.is_none_or(|only| only == operation)
        };
        let place = self.0.iter().position(is_about)?;
        self.take(place)
    }

    /// Whether the connection that comes now is to be ignored.
    pub fn next_is_silent(&mut self) -> bool {
        let is_silent = |planned: &PlannedFault| planned.fault == Fault::Silent;
        self.0.first().is_some_and(is_silent) && self.take(0).is_some()
    }

    /// Whether the port is to be closed by now.
    pub fn refuses(&self) -> bool {
        let is_refusal = |planned: &PlannedFault| planned.fault == Fault::Refuse;
        self.0.first().is_some_and(is_refusal)
    }

    fn take(&mut self, place: usize) -> Option<Fault> {
        let planned = self.0.get_mut(place)?;
        let fault = planned.fault.clone();
        if let Some(left) = &mut planned.count {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.0.remove(place);
            }
        }
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(fault: Fault, operation: Option<Operation>, count: Option<u32>) -> PlannedFault {
        PlannedFault {
            fault,
            operation,
            count,
        }
    }

    #[test]
    fn faults_come_in_order_as_often_as_planned_and_to_whom_they_are_for() {
        let mut faults = Faults::default();
        faults.plan(planned(Fault::Hang, Some(Operation::Chat), Some(2)));
        faults.plan(planned(Fault::Garbage, None, None));
        let mut next = |operation| faults.next_for(operation).unwrap();
        assert_eq!(next(Operation::Embeddings), Fault::Garbage);
        assert_eq!(next(Operation::Chat), Fault::Hang);
        assert_eq!(next(Operation::Chat), Fault::Hang);
        assert_eq!(next(Operation::Chat), Fault::Garbage);
        assert_eq!(next(Operation::Other), Fault::Garbage);
    }

    #[test]
    fn a_connection_is_ignored_only_when_nothing_is_planned_before() {
        let mut faults = Faults::default();
        faults.plan(planned(Fault::Reset, None, Some(1)));
        faults.plan(planned(Fault::Silent, None, Some(1)));
        assert!(!faults.next_is_silent());
        assert_eq!(faults.next_for(Operation::Chat), Some(Fault::Reset));
        assert!(faults.next_is_silent());
        assert!(!faults.next_is_silent());
    }

    #[test]
    fn what_happens_to_a_connection_happens_to_no_request_that_was_read() {
        let mut faults = Faults::default();
        faults.plan(planned(Fault::Hang, Some(Operation::Chat), None));
        faults.plan(planned(Fault::Silent, None, None));
        assert_eq!(faults.next_for(Operation::Embeddings), None);
    }

    #[test]
    fn what_is_about_vectors_does_not_happen_to_a_chat() {
        let mut faults = Faults::default();
        faults.plan(planned(Fault::WrongSize, None, Some(1)));
        assert_eq!(faults.next_for(Operation::Chat), None);
        assert_eq!(
            faults.next_for(Operation::Embeddings),
            Some(Fault::WrongSize)
        );
    }

    #[test]
    fn nothing_is_planned_for_no_request() {
        let mut faults = Faults::default();
        faults.plan(planned(Fault::Hang, None, Some(0)));
        assert!(faults.planned().is_empty());
    }
}
