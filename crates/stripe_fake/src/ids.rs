//! Identifiers that look like Stripe's: a prefix that names the kind, then random letters and
//! digits. Unique, never guessable, with no meaning inside.

use uuid::Uuid;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// `prefix` and `length` random characters after it.
fn random(prefix: &str, length: usize) -> String {
    let mut id = String::with_capacity(prefix.len() + length);
    id.push_str(prefix);
    let full = prefix.len() + length;
    while id.len() < full {
        for byte in Uuid::new_v4().into_bytes() {
            if id.len() < full
                && let Some(letter) = ALPHABET.get(usize::from(byte % 62))
            {
                id.push(char::from(*letter));
            }
        }
    }
    id
}

macro_rules! kinds {
    ($($name:ident = $prefix:literal, $length:literal;)*) => {
        $(pub fn $name() -> String { random($prefix, $length) })*
    };
}

kinds! {
    customer = "cus_", 14;
    session = "cs_test_", 58;
    price = "price_", 24;
    product = "prod_", 14;
    payment_intent = "pi_", 24;
    payment_method = "pm_", 24;
    charge = "ch_", 24;
    subscription = "sub_", 24;
    subscription_item = "si_", 14;
    invoice = "in_", 24;
    invoice_payment = "inpay_", 24;
    invoice_line = "il_", 24;
    refund = "re_", 24;
    bank_reference = "ref", 20;
    dispute = "du_", 24;
    portal_session = "bps_", 24;
    portal_configuration = "bpc_", 24;
    event = "evt_", 24;
    request = "req_", 14;
}

#[cfg(test)]
mod tests {
    #[test]
    fn ids_carry_their_prefix_and_do_not_repeat() {
        let (one, other) = (super::session(), super::session());
        assert!(one.starts_with("cs_test_"));
        assert_eq!(one.len(), 66);
        assert_ne!(one, other);
    }
}
