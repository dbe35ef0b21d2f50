//! Every state × every event of the three state machines, against tables written down by hand.

use crate::application::{ApplicationEvent as A, ApplicationStatus};
use crate::booking::{BookingEvent as B, BookingStatus};
use crate::order::{OrderEvent as O, OrderStatus};
use crate::text_enum::{Event, InvalidState, TextEnum};

/// A state and its moves, in the order in which a refusal names those that a call makes; it has no
/// others.
type Row<S, E> = (S, &'static [(E, S)]);

fn assert_moves<S: TextEnum, E: Event>(
    table: &[Row<S, E>],
    on: impl Fn(S, E) -> Result<S, InvalidState>,
) {
    let states: Vec<S> = table.iter().map(|(state, _)| *state).collect();
    assert_eq!(states, S::ALL, "a row for every state");
    for &(state, moves) in table {
        let called = moves.iter().filter(|(event, _)| event.is_called());
        let allowed: Vec<_> = called.map(|(event, _)| event.as_str()).collect();
        for &event in E::ALL {
            let target = moves.iter().find(|(allowed, _)| *allowed == event);
            let expected = target.map(|(_, target)| *target).ok_or(InvalidState {
                state: state.as_str(),
                allowed: allowed.clone(),
            });
            assert_eq!(on(state, event), expected, "{state:?} on {event:?}");
        }
    }
}

#[test]
fn an_order_makes_the_moves_of_its_table_and_no_others() {
    use OrderStatus::{Cancelled, Completed, Expired, InProgress, Open};
    let table: [Row<_, _>; 5] = [
        (
            Open,
            &[
                (O::Choose, InProgress),
                (O::Cancel, Cancelled),
                (O::Expire, Expired),
            ],
        ),
        (
            InProgress,
            &[
                (O::Complete, Completed),
                (O::Cancel, Cancelled),
                (O::Reopen, Open),
            ],
        ),
        (Completed, &[]),
        (Cancelled, &[]),
        (Expired, &[]),
    ];
    assert_moves(&table, OrderStatus::on);
}

#[test]
fn an_application_makes_the_moves_of_its_table_and_no_others() {
    use ApplicationStatus::{Chosen, Rejected, Submitted, Withdrawn};
    let table: [Row<_, _>; 4] = [
        (
            Submitted,
            &[
                (A::Edit, Submitted),
                (A::Choose, Chosen),
                (A::Reject, Rejected),
                (A::Withdraw, Withdrawn),
            ],
        ),
        (Chosen, &[(A::Reopen, Submitted)]),
        (Rejected, &[(A::Reopen, Submitted)]),
        (Withdrawn, &[(A::Resubmit, Submitted)]),
    ];
    assert_moves(&table, ApplicationStatus::on);
}

#[test]
fn a_booking_makes_the_moves_of_its_table_and_no_others() {
    use BookingStatus::{Cancelled, Completed, Confirmed, Disputed, Expired, Pending, Refunded};
    let table: [Row<_, _>; 7] = [
        (
            Pending,
            &[
                (B::Confirm, Confirmed),
                (B::Cancel, Cancelled),
                (B::Expire, Expired),
                (B::Reschedule, Pending),
            ],
        ),
        (
            Confirmed,
            &[
                (B::Complete, Completed),
                (B::Cancel, Cancelled),
                (B::Reschedule, Confirmed),
                (B::Dispute, Disputed),
                (B::Refund, Refunded),
            ],
        ),
        (Completed, &[(B::Dispute, Disputed)]),
        (Cancelled, &[(B::Refund, Refunded)]),
        (Expired, &[(B::Confirm, Confirmed)]),
        // A dispute that is won leads back by the row's memory of the state before it.
        (Disputed, &[(B::Refund, Refunded)]),
        (Refunded, &[]),
    ];
    assert_moves(&table, BookingStatus::on);
}
