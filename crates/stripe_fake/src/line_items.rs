//! What a session sells: line items with a price made inline (`price_data`):
//! <https://docs.stripe.com/api/checkout/sessions/create#create_checkout_session-line_items>.

use serde_json::{Value, json};

use crate::{
    api_error::ApiError,
    ids,
    params::Params,
    periods::{Interval, Recurring},
};

/// Stripe's limit on an amount: eight digits.
const LARGEST_AMOUNT: i64 = 99_999_999;

/// <https://docs.stripe.com/api/prices/object>, with the product's name kept beside it.
#[derive(Debug, Clone)]
pub struct Price {
    pub id: String,
    pub product: String,
    pub product_name: String,
    /// Three lower-case letters.
    pub currency: String,
    /// In minor units.
    pub unit_amount: i64,
    pub recurring: Option<Recurring>,
    pub created: i64,
}

#[derive(Debug, Clone)]
pub struct LineItem {
    pub price: Price,
    pub quantity: i64,
}

impl LineItem {
    pub fn read(params: &Params<'_>, created: i64) -> Result<Self, ApiError> {
        if params.has("price") && !params.has("price_data") {
            return Err(ApiError::unknown_reference(
                "price",
                params.required_text("price")?,
                &params.name("price"),
            ));
        }
        let price = Price::read(&params.section("price_data"), created)?;
        let quantity = params.required_integer("quantity")?;
        let total = price.unit_amount.checked_mul(quantity);
        if quantity < 1 || total.is_none_or(|total| total > LARGEST_AMOUNT) {
            return Err(ApiError::invalid("The quantity is out of range.")
                .code("parameter_invalid_integer")
                .param(params.name("quantity")));
        }
        Ok(Self { price, quantity })
    }

    /// In minor units.
    pub fn amount(&self) -> i64 {
        self.price.unit_amount.saturating_mul(self.quantity)
    }
}

impl Price {
    fn read(params: &Params<'_>, created: i64) -> Result<Self, ApiError> {
        let currency = params.required_text("currency")?.to_ascii_lowercase();
        if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_lowercase()) {
            return Err(ApiError::invalid(format!("Invalid currency: {currency}"))
                .param(params.name("currency")));
        }
        let unit_amount = params.required_integer("unit_amount")?;
        if !(0..=LARGEST_AMOUNT).contains(&unit_amount) {
            return Err(ApiError::invalid("The amount is out of range.")
                .code("parameter_invalid_integer")
                .param(params.name("unit_amount")));
        }
        let product = params.section("product_data");
        Ok(Self {
            id: ids::price(),
            product: ids::product(),
            product_name: product.required_text("name")?.to_owned(),
            currency,
            unit_amount,
            recurring: read_recurring(params)?,
            created,
        })
    }

    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "price",
            "active": false,
            "billing_scheme": "per_unit",
            "created": self.created,
            "currency": self.currency,
            "custom_unit_amount": null,
            "livemode": false,
            "lookup_key": null,
            "metadata": {},
            "nickname": null,
            "product": self.product,
            "recurring": self.recurring.map(|recurring| json!({
                "interval": recurring.interval.as_str(),
                "interval_count": recurring.count,
                "meter": null,
                "trial_period_days": null,
                "usage_type": "licensed",
            })),
            "tax_behavior": "unspecified",
            "tiers_mode": null,
            "transform_quantity": null,
            "type": if self.recurring.is_some() { "recurring" } else { "one_time" },
            "unit_amount": self.unit_amount,
            "unit_amount_decimal": self.unit_amount.to_string(),
        })
    }

    /// The older name for a recurring price, still inside subscription items.
    pub fn render_plan(&self, recurring: Recurring) -> Value {
        json!({
            "id": self.id,
            "object": "plan",
            "active": false,
            "amount": self.unit_amount,
            "amount_decimal": self.unit_amount.to_string(),
            "billing_scheme": "per_unit",
            "created": self.created,
            "currency": self.currency,
            "interval": recurring.interval.as_str(),
            "interval_count": recurring.count,
            "livemode": false,
            "metadata": {},
            "meter": null,
            "nickname": null,
            "product": self.product,
            "tiers_mode": null,
            "transform_usage": null,
            "trial_period_days": null,
            "usage_type": "licensed",
        })
    }
}

fn read_recurring(price: &Params<'_>) -> Result<Option<Recurring>, ApiError> {
    if !price.has("recurring") {
        return Ok(None);
    }
    let params = price.section("recurring");
    let interval = params.required_text("interval")?;
    let interval = Interval::parse(interval).ok_or_else(|| {
        ApiError::invalid("Invalid interval: must be one of day, week, month, or year")
            .param(params.name("interval"))
    })?;
    let count = params.integer("interval_count")?.unwrap_or(1);
    let count = u32::try_from(count)
        .ok()
        .filter(|count| (1..=1_095).contains(count));
    let count = count.ok_or_else(|| {
        ApiError::invalid("The interval count is out of range.")
            .code("parameter_invalid_integer")
            .param(params.name("interval_count"))
    })?;
    Ok(Some(Recurring { interval, count }))
}
