//! Events without what they say of persons: ids, amounts, states and times are left, which is what it
//! takes to find out why one could not be settled.

use serde_json::Value;

const MASK: &str = "…";

/// Fields that hold something of a person, wherever they stand in Stripe's objects.
const PERSONAL: [&str; 27] = [
    "address",
    "customer_address",
    "customer_email",
    "customer_name",
    "customer_phone",
    "customer_shipping",
    "billing_details",
    "customer_details",
    "evidence",
    "email",
    "name",
    "phone",
    "receipt_email",
    "receipt_url",
    "hosted_invoice_url",
    "invoice_pdf",
    "shipping",
    "shipping_details",
    "collected_information",
    "custom_fields",
    "payment_method_details",
    "last4",
    "fingerprint",
    "ip_address",
    "customer_purchase_ip",
    "url",
    "tax_ids",
];

/// The event with `"…"` in place of what is a person's, and of any text with an `@` in it.
#[must_use]
pub fn masked(event: Value) -> Value {
    match event {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let is_personal = !value.is_null() && PERSONAL.contains(&name.as_str());
                let value = if is_personal {
                    MASK.into()
                } else {
                    masked(value)
                };
                (name, value)
            })
            .collect(),
        Value::Array(entries) => entries.into_iter().map(masked).collect(),
        Value::String(text) if text.contains('@') => MASK.into(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_a_persons_is_masked_wherever_it_stands() {
        let event = json!({
            "id": "evt_1", "data": { "object": {
                "id": "cs_1", "amount_total": 99900, "currency": "rub", "customer": "cus_1",
                "customer_email": null, "metadata": { "payment_id": "7", "note": "a@example.org" },
                "customer_details": { "email": "anna@example.org", "name": "Анна" },
                "charges": [{ "billing_details": { "phone": "+79161234567" }, "id": "ch_1" }],
            }}
        });
        assert_eq!(
            masked(event),
            json!({
                "id": "evt_1", "data": { "object": {
                    "id": "cs_1", "amount_total": 99900, "currency": "rub", "customer": "cus_1",
                    "customer_email": null, "metadata": { "payment_id": "7", "note": "…" },
                    "customer_details": "…",
                    "charges": [{ "billing_details": "…", "id": "ch_1" }],
                }}
            })
        );
    }
}
