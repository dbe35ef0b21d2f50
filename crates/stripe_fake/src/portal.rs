//! Billing portal sessions: <https://docs.stripe.com/api/customer_portal/sessions>. The page is in
//! [`crate::portal_page`].

use actix_web::{HttpResponse, post, web};
use serde_json::{Value, json};

use crate::{api_error::ApiError, api_request::ApiRequest, ids, params::Params, state::State};

#[derive(Debug, Clone)]
pub struct PortalSession {
    pub id: String,
    pub created: i64,
    pub customer: String,
    pub return_url: Option<String>,
    pub url: String,
    configuration: String,
}

impl PortalSession {
    fn read(params: &Params<'_>, state: &State) -> Result<Self, ApiError> {
        let customer = params.required_text("customer")?;
        if state.find_customer(customer).is_none() {
            return Err(ApiError::unknown_reference(
                "customer", customer, "customer",
            ));
        }
        let id = ids::portal_session();
        Ok(Self {
            url: format!("{}portal/{id}", state.public_base),
            id,
            created: state.clock.seconds(),
            customer: customer.to_owned(),
            return_url: params.web_address("return_url")?.map(str::to_owned),
            configuration: ids::portal_configuration(),
        })
    }

    fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "billing_portal.session",
            "configuration": self.configuration,
            "created": self.created,
            "customer": self.customer,
            "customer_account": null,
            "flow": null,
            "livemode": false,
            "locale": null,
            "on_behalf_of": null,
            "return_url": self.return_url,
            "url": self.url,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(create);
}

/// <https://docs.stripe.com/api/customer_portal/sessions/create>.
#[post("/billing_portal/sessions")]
async fn create(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, _| {
        let session = PortalSession::read(&params, state)?;
        let answer = session.render();
        state.portal_sessions.insert(session.id.clone(), session);
        Ok(answer)
    })
}
