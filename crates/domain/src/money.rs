//! Money as an integer of minor units, and the platform's fee.

use serde::{Deserialize, Serialize};

use crate::validation::{FieldProblem, within};

/// The largest price that the API takes, in minor units.
pub const MAX_PRICE_MINOR: i64 = 99_999_999;
/// A month of premium, in kopecks. The price comes from here and never from a request.
pub const PREMIUM_MONTH_MINOR: i64 = 99_900;
/// The platform's share of a booking, in hundredths of a percent. Frozen into each booking.
pub const PLATFORM_FEE_BASIS_POINTS: i64 = 1_000;

/// The currencies that we trade in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Currency {
    #[default]
    #[serde(rename = "RUB")]
    Rub,
}

impl Currency {
    /// ISO 4217, upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Rub => "RUB",
        }
    }

    /// # Errors
    /// Anything but a code that we trade in.
    pub fn parse(code: &str) -> Result<Self, FieldProblem> {
        match code {
            "RUB" => Ok(Self::Rub),
            _ => Err(FieldProblem::NotOneOf {
                allowed: vec!["RUB".into()],
            }),
        }
    }
}

/// An amount in minor units (kopecks) of its currency. Never a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

impl Money {
    #[must_use]
    pub fn rub(minor: i64) -> Self {
        Self {
            minor,
            currency: Currency::Rub,
        }
    }

    /// A price: 1 to [`MAX_PRICE_MINOR`].
    ///
    /// # Errors
    /// Which bound it breaks.
    pub fn price(minor: i64, currency: Currency) -> Result<Self, FieldProblem> {
        within(minor, 1, MAX_PRICE_MINOR).map(|minor| Self { minor, currency })
    }
}

/// What a payment of a booking is divided into; the two parts are always the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeeSplit {
    pub platform_fee: Money,
    pub tutor_amount: Money,
}

/// Divides `total`: the fee is rounded half up, the tutor gets the rest.
#[must_use]
pub fn split_fee(total: Money, fee_basis_points: i64) -> FeeSplit {
    let fee = (total.minor * fee_basis_points + 5_000) / 10_000;
    FeeSplit {
        platform_fee: Money {
            minor: fee,
            ..total
        },
        tutor_amount: Money {
            minor: total.minor - fee,
            ..total
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn fee_and_tutor_amount_are_the_total(minor in 1..=MAX_PRICE_MINOR) {
            let split = split_fee(Money::rub(minor), PLATFORM_FEE_BASIS_POINTS);
            prop_assert_eq!(split.platform_fee.minor + split.tutor_amount.minor, minor);
            prop_assert!(split.platform_fee.minor >= 0);
            // Half up: the exact fee lies within half a kopeck below or at, never above by more.
            let error_in_tenths = split.platform_fee.minor * 10 - minor;
            prop_assert!((-4..=5).contains(&error_in_tenths), "{error_in_tenths}");
        }
    }

    #[test]
    fn a_fee_of_exactly_half_a_kopeck_is_rounded_up() {
        let fee = |minor| split_fee(Money::rub(minor), 1_000).platform_fee.minor;
        assert_eq!([fee(4), fee(5), fee(14), fee(15)], [0, 1, 1, 2]);
    }
}
