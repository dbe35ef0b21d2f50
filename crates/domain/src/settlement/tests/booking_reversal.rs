//! Where what goes back of its payment takes a booking.

use super::*;
use crate::booking::{BookingStatus, after_reversal};

#[test]
fn every_move_of_a_reversal_is_a_way_through_the_table() {
    use crate::booking::BookingEvent::{Dispute, Refund};
    use crate::text_enum::TextEnum;
    for &from in BookingStatus::ALL {
        for bits in 0..16_u8 {
            let bit = |n: u8| bits & (1 << n) != 0;
            let reversal = Reversal {
                was_gone: bit(0),
                was_lost: bit(1),
                has_open_dispute: bit(2),
                has_lost_dispute: bit(3),
                ..Reversal::default()
            };
            let to = after_reversal(from, Some(BookingStatus::Confirmed), &reversal);
            let ways = [
                Ok(from),
                from.on(Dispute),
                from.on(Refund),
                from.on(Dispute).and_then(|disputed| disputed.on(Refund)),
            ];
            let back = from == BookingStatus::Disputed && to == BookingStatus::Confirmed;
            assert!(
                ways.contains(&Ok(to)) || back,
                "{from:?} to {to:?} by {reversal:?}"
            );
        }
    }
}

#[test]
fn a_booking_goes_where_its_payments_reversal_takes_it_from_where_it_was() {
    use BookingStatus::{Cancelled, Completed, Confirmed, Disputed, Expired, Pending, Refunded};
    let open = Reversal {
        has_open_dispute: true,
        ..Reversal::default()
    };
    let lost = Reversal {
        has_lost_dispute: true,
        was_lost: true,
        was_gone: true,
        ..Reversal::default()
    };
    let whole = Reversal {
        was_gone: true,
        ..Reversal::default()
    };
    let none = Reversal::default();
    for (from, reversal, to) in [
        (Confirmed, open, Disputed),
        (Completed, open, Disputed),
        (Cancelled, open, Cancelled),
        (Confirmed, lost, Refunded),
        (Completed, lost, Refunded),
        (Cancelled, lost, Refunded),
        (Confirmed, whole, Refunded),
        (Cancelled, whole, Refunded),
        (Completed, whole, Completed),
        (Pending, whole, Pending),
        (Expired, lost, Expired),
        (Refunded, none, Refunded),
        (Confirmed, none, Confirmed),
    ] {
        assert_eq!(
            after_reversal(from, None, &reversal),
            to,
            "{from:?} {reversal:?}"
        );
    }
    assert_eq!(after_reversal(Disputed, Some(Completed), &none), Completed);
    assert_eq!(after_reversal(Disputed, Some(Confirmed), &lost), Refunded);
}
