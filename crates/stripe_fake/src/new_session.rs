//! Reading the parameters of a new Checkout Session:
//! <https://docs.stripe.com/api/checkout/sessions/create>.

use crate::{
    api_error::ApiError,
    clock::Clock,
    ids,
    line_items::LineItem,
    params::Params,
    sessions::{CheckoutSession, Mode, SessionPayment, SessionStatus},
    state::State,
};

const DAY: i64 = 24 * 60 * 60;
const SHORTEST_LIFE: i64 = 30 * 60;

impl State {
    /// A new open session; the caller stores it.
    pub fn read_session(&self, params: &Params<'_>) -> Result<CheckoutSession, ApiError> {
        let mode = read_mode(params)?;
        let success_url = params
            .web_address("success_url")?
            .ok_or_else(|| ApiError::parameter_missing("success_url"))?;
        let line_items = read_line_items(params, mode, self.clock.seconds())?;
        let id = ids::session();
        let (expires_at, expires_on_our_clock) = read_expiry(params, &self.clock)?;
        Ok(CheckoutSession {
            url: format!("{}pay/{id}", self.public_base),
            id,
            mode,
            status: SessionStatus::Open,
            payment: SessionPayment::Unpaid,
            was_declined: false,
            created: self.clock.seconds(),
            expires_at,
            expires_on_our_clock,
            customer: self.read_customer(params)?,
            customer_email: params.text("customer_email")?.map(str::to_owned),
            client_reference_id: params.text("client_reference_id")?.map(str::to_owned),
            metadata: params.metadata("metadata")?,
            payment_metadata: match mode {
                Mode::Payment => params.section("payment_intent_data").metadata("metadata")?,
                Mode::Subscription => params.section("subscription_data").metadata("metadata")?,
            },
            line_items,
            success_url: success_url.to_owned(),
            cancel_url: params.web_address("cancel_url")?.map(str::to_owned),
            payment_intent: None,
            subscription: None,
            invoice: None,
        })
    }

    fn read_customer(&self, params: &Params<'_>) -> Result<Option<String>, ApiError> {
        match params.text("customer")? {
            None => Ok(None),
            Some(id) if self.find_customer(id).is_some() => Ok(Some(id.to_owned())),
            Some(id) => Err(ApiError::unknown_reference("customer", id, "customer")),
        }
    }
}

fn read_mode(params: &Params<'_>) -> Result<Mode, ApiError> {
    let (mode, foreign) = match params.required_text("mode")? {
        "payment" => (Mode::Payment, "subscription_data"),
        "subscription" => (Mode::Subscription, "payment_intent_data"),
        _ => {
            let message = "Invalid mode: must be one of payment or subscription";
            return Err(ApiError::invalid(message).param("mode"));
        }
    };
    if params.has(foreign) {
        let message = format!("You can not pass `{foreign}` in `{}` mode.", mode.as_str());
        return Err(ApiError::invalid(message).param(foreign));
    }
    Ok(mode)
}

fn read_line_items(params: &Params<'_>, mode: Mode, now: i64) -> Result<Vec<LineItem>, ApiError> {
    let items = params.list("line_items");
    let items: Vec<LineItem> = items
        .iter()
        .map(|item| LineItem::read(item, now))
        .collect::<Result<_, _>>()?;
    let Some(first) = items.first() else {
        return Err(ApiError::parameter_missing("line_items"));
    };
    let complain = |message: &str| Err(ApiError::invalid(message).param("line_items"));
    if items
        .iter()
        .any(|item| item.price.currency != first.price.currency)
    {
        return complain("All line items must have the same currency.");
    }
    if items.iter().map(LineItem::amount).sum::<i64>() < 1 {
        return complain("The total must be above zero: free sessions are not played here.");
    }
    match mode {
        Mode::Payment if items.iter().any(|item| item.price.recurring.is_some()) => complain(
            "You specified `payment` mode but passed a recurring price. Either switch to \
             `subscription` mode or use only one-time prices.",
        ),
        Mode::Subscription
            if first.price.recurring.is_none()
                || items
                    .iter()
                    .any(|item| item.price.recurring != first.price.recurring) =>
        {
            complain("In `subscription` mode every price must be recurring, at one interval.")
        }
        Mode::Payment | Mode::Subscription => Ok(items),
    }
}

/// `expires_at` as it was asked for (a day from now unless told), and the same moment on the
/// fake's clock.
///
/// Stripe takes 30 minutes to 24 hours from now. Where the fake's clock was moved ahead, a client
/// that goes by real time asks for what is past here: it gets the time that it meant.
fn read_expiry(params: &Params<'_>, clock: &Clock) -> Result<(i64, i64), ApiError> {
    let Some(asked) = params.integer("expires_at")? else {
        let tomorrow = clock.seconds() + DAY;
        return Ok((tomorrow, tomorrow));
    };
    let allowed = |now: i64| (now + SHORTEST_LIFE..=now + DAY).contains(&asked);
    if allowed(clock.seconds()) {
        Ok((asked, asked))
    } else if allowed(Clock::real_now().timestamp()) {
        Ok((asked, asked + clock.offset_seconds()))
    } else {
        Err(ApiError::invalid(
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from \
             Checkout Session creation.",
        )
        .param("expires_at"))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::form;

    const PAYMENT: &str = "mode=payment&success_url=https://t.example/ok&line_items[0][quantity]=1\
        &line_items[0][price_data][currency]=RUB&line_items[0][price_data][unit_amount]=150000\
        &line_items[0][price_data][product_data][name]=Lesson";

    fn read(state: &State, form: &str) -> Result<CheckoutSession, ApiError> {
        let form = form::parse(form.as_bytes()).unwrap();
        state.read_session(&Params::root(&form))
    }

    #[test]
    fn a_payment_is_read_with_its_amount_and_lower_case_currency() {
        let session = read(&State::default(), PAYMENT).unwrap();
        assert_eq!(
            (session.amount_total(), session.currency()),
            (150_000, "rub")
        );
        assert_eq!(session.expires_at, session.created + DAY);
    }

    #[test]
    fn what_is_missing_is_named() {
        for missing in ["mode", "success_url", "line_items[0][quantity]"] {
            let form: Vec<&str> = PAYMENT
                .split('&')
                .filter(|pair| !pair.starts_with(missing))
                .collect();
            let error = read(&State::default(), &form.join("&")).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("Missing required param: {missing}.")
            );
        }
    }

    #[test]
    fn a_mode_takes_only_its_own_prices_and_data() {
        let state = State::default();
        let recurring = "&line_items[0][price_data][recurring][interval]=month";
        assert!(read(&state, &format!("{PAYMENT}{recurring}")).is_err());
        let subscription = PAYMENT.replace("mode=payment", "mode=subscription");
        assert!(read(&state, &subscription).is_err());
        assert!(read(&state, &format!("{subscription}{recurring}")).is_ok());
        assert!(
            read(
                &state,
                &format!("{PAYMENT}&subscription_data[metadata][a]=b")
            )
            .is_err()
        );
    }

    #[test]
    fn an_expiry_by_real_time_holds_on_a_clock_that_was_moved() {
        let mut state = State::default();
        state.clock.advance(Duration::from_secs(40 * 86_400));
        let in_an_hour = Clock::real_now().timestamp() + 3_600;
        let session = read(&state, &format!("{PAYMENT}&expires_at={in_an_hour}")).unwrap();
        assert_eq!(session.expires_at, in_an_hour);
        let left = session.expires_on_our_clock - state.clock.seconds();
        assert!((3_590..=3_600).contains(&left), "{left}");
        assert!(
            read(
                &state,
                &format!("{PAYMENT}&expires_at={}", in_an_hour - 3_000)
            )
            .is_err()
        );
    }
}
