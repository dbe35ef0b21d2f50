//! Where the money of a payment lies, as a pure function of how the payment stands.
//!
//! The ledger itself is append only: what is booked is the difference between two positions, one
//! step for each thing that has changed. So whatever the order in which news arrive, the balances
//! in the end are those of the last position.

use std::collections::BTreeMap;

use crate::money::{Money, split_fee};
use crate::payment::{LedgerAccount, PaymentType};
use crate::text_enum::text_enum;

text_enum! {
    /// What a transaction of the ledger is about.
    LedgerKind {
        Payment = "payment",
        Release = "release",
        Refund = "refund",
        Dispute = "dispute",
        DisputeWon = "dispute_won",
        DisputeLost = "dispute_lost",
    }
}

/// How a payment stands, as far as it decides where its money lies. Minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub purpose: PaymentType,
    pub amount: Money,
    /// The platform's share, frozen in the booking.
    pub fee_basis_points: i64,
    pub is_paid: bool,
    /// Whether a booking's money is divided: the lesson is over, or was called off too late.
    pub is_released: bool,
    pub refunded: i64,
    pub disputed: i64,
    pub lost: i64,
}

/// The balances of the accounts that aren't at zero. They sum to zero.
pub type Balances = BTreeMap<LedgerAccount, i64>;

/// A transaction to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: LedgerKind,
    pub entries: Balances,
}

impl Position {
    /// What is left of the payment for those who earned it.
    #[must_use]
    pub fn kept(&self) -> i64 {
        self.amount.minor - self.refunded - self.disputed - self.lost
    }

    /// What the tutor gets of it: nothing before it is released, and of a part that went back the
    /// platform takes no fee either.
    #[must_use]
    pub fn of_tutor(&self) -> i64 {
        self.balances()
            .get(&LedgerAccount::Tutor)
            .copied()
            .unwrap_or(0)
    }

    /// Where the money lies.
    #[must_use]
    pub fn balances(&self) -> Balances {
        let mut balances = Balances::new();
        if !self.is_paid {
            return balances;
        }
        balances.insert(LedgerAccount::Student, -self.amount.minor);
        balances.insert(LedgerAccount::Refund, self.refunded + self.lost);
        balances.insert(LedgerAccount::Disputed, self.disputed);
        let kept = Money {
            minor: self.kept(),
            ..self.amount
        };
        match (self.purpose, self.is_released) {
            (PaymentType::Premium, _) => {
                balances.insert(LedgerAccount::Platform, kept.minor);
            }
            (PaymentType::Booking, false) => {
                balances.insert(LedgerAccount::Escrow, kept.minor);
            }
            (PaymentType::Booking, true) => {
                let split = split_fee(kept, self.fee_basis_points);
                balances.insert(LedgerAccount::Platform, split.platform_fee.minor);
                balances.insert(LedgerAccount::Tutor, split.tutor_amount.minor);
            }
        }
        balances.retain(|_, minor| *minor != 0);
        balances
    }

    /// What is to be booked to come from here to `next`.
    #[must_use]
    pub fn steps_to(&self, next: &Self) -> Vec<Step> {
        let mut at = *self;
        let mut steps = Vec::new();
        let mut go = |kind, to: Self| {
            let entries = difference(&at.balances(), &to.balances());
            at = to;
            if !entries.is_empty() {
                steps.push(Step { kind, entries });
            }
            at
        };
        let paid = go(
            LedgerKind::Payment,
            Self {
                is_paid: next.is_paid,
                ..*self
            },
        );
        // What comes back is booked before what goes, so that no step takes more than there is.
        let returned = go(
            LedgerKind::DisputeWon,
            Self {
                disputed: paid.disputed.min(next.disputed + next.lost),
                ..paid
            },
        );
        let lost = go(
            LedgerKind::DisputeLost,
            Self {
                lost: next.lost,
                disputed: returned.disputed.min(next.disputed),
                ..returned
            },
        );
        let refunded = go(
            LedgerKind::Refund,
            Self {
                refunded: next.refunded,
                ..lost
            },
        );
        let disputed = go(
            LedgerKind::Dispute,
            Self {
                disputed: next.disputed,
                ..refunded
            },
        );
        go(
            LedgerKind::Release,
            Self {
                is_released: next.is_released,
                ..disputed
            },
        );
        steps
    }
}

fn difference(from: &Balances, to: &Balances) -> Balances {
    let mut difference = to.clone();
    for (account, minor) in from {
        *difference.entry(*account).or_default() -= minor;
    }
    difference.retain(|_, minor| *minor != 0);
    difference
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A position of a booking of 1,000 kopecks.
    fn position() -> impl Strategy<Value = Position> {
        (
            any::<bool>(),
            any::<bool>(),
            0..=1_000i64,
            0..=1_000i64,
            0..=1_000i64,
        )
            .prop_map(|(is_booking, is_released, refunded, disputed, lost)| {
                let disputed = disputed.min(1_000 - refunded);
                Position {
                    purpose: if is_booking {
                        PaymentType::Booking
                    } else {
                        PaymentType::Premium
                    },
                    amount: Money::rub(1_000),
                    fee_basis_points: 1_000,
                    is_paid: true,
                    is_released: is_released && is_booking,
                    refunded,
                    disputed,
                    lost: lost.min(1_000 - refunded - disputed),
                }
            })
    }

    fn sum(balances: &Balances) -> i64 {
        balances.values().sum()
    }

    proptest! {
        #[test]
        fn balances_sum_to_zero(position in position()) {
            prop_assert_eq!(sum(&position.balances()), 0);
        }

        #[test]
        fn any_way_through_positions_ends_in_the_balances_of_the_last(
            mut way in prop::collection::vec(position(), 1..6)
        ) {
            let purpose = way[0].purpose;
            for stop in &mut way {
                stop.purpose = purpose;
                stop.is_released &= purpose == PaymentType::Booking;
            }
            let mut at = Position { is_paid: false, is_released: false, refunded: 0, disputed: 0, lost: 0, ..way[0] };
            let mut booked = Balances::new();
            for next in &way {
                for step in at.steps_to(next) {
                    prop_assert_eq!(sum(&step.entries), 0, "{:?}", step);
                    prop_assert!(!step.entries.is_empty());
                    booked = difference(&negated(&booked), &step.entries);
                }
                at = *next;
            }
            prop_assert_eq!(booked, at.balances());
        }

        #[test]
        fn the_platform_takes_its_fee_of_what_stays(refunded in 0..=1_000i64) {
            let position = Position {
                purpose: PaymentType::Booking, amount: Money::rub(1_000), fee_basis_points: 1_000,
                is_paid: true, is_released: true, refunded, disputed: 0, lost: 0,
            };
            let kept = 1_000 - refunded;
            prop_assert_eq!(position.of_tutor(), kept - (kept + 5) / 10);
        }
    }

    fn negated(balances: &Balances) -> Balances {
        balances
            .iter()
            .map(|(account, minor)| (*account, -minor))
            .collect()
    }

    #[test]
    fn each_thing_that_happened_is_a_transaction_of_its_own() {
        let unpaid = Position {
            purpose: PaymentType::Booking,
            amount: Money::rub(1_000),
            fee_basis_points: 1_000,
            is_paid: false,
            is_released: false,
            refunded: 0,
            disputed: 0,
            lost: 0,
        };
        let all_at_once = Position {
            is_paid: true,
            refunded: 400,
            disputed: 600,
            ..unpaid
        };
        let kinds = |from: &Position, to: &Position| -> Vec<_> {
            from.steps_to(to).iter().map(|step| step.kind).collect()
        };
        use LedgerKind::{Dispute, DisputeLost, DisputeWon, Payment, Refund};
        assert_eq!(kinds(&unpaid, &all_at_once), [Payment, Refund, Dispute]);
        let lost = Position {
            disputed: 0,
            lost: 600,
            ..all_at_once
        };
        assert_eq!(kinds(&all_at_once, &lost), [DisputeLost]);
        let won = Position {
            disputed: 0,
            ..all_at_once
        };
        assert_eq!(kinds(&all_at_once, &won), [DisputeWon]);
        assert_eq!(won.steps_to(&won), []);
    }
}
