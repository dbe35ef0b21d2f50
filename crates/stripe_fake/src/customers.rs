//! Customers: <https://docs.stripe.com/api/customers>.

use actix_web::{HttpResponse, get, post, web};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError,
    api_request::ApiRequest,
    ids,
    params::{Metadata, Params},
    state::State,
};

#[derive(Debug, Clone, Default)]
pub struct Customer {
    pub id: String,
    pub created: i64,
    pub email: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub description: Option<String>,
    pub metadata: Metadata,
}

impl Customer {
    fn from_params(params: &Params<'_>, created: i64) -> Result<Self, ApiError> {
        let text = |name: &str| Ok::<_, ApiError>(params.text(name)?.map(str::to_owned));
        Ok(Self {
            id: ids::customer(),
            created,
            email: text("email")?,
            name: text("name")?,
            phone: text("phone")?,
            description: text("description")?,
            metadata: params.metadata("metadata")?,
        })
    }

    pub fn render(&self) -> Value {
        json!({
            "id": self.id,
            "object": "customer",
            "address": null,
            "balance": 0,
            "created": self.created,
            "currency": null,
            "default_source": null,
            "delinquent": false,
            "description": self.description,
            "discount": null,
            "email": self.email,
            "livemode": false,
            "metadata": self.metadata,
            "name": self.name,
            "phone": self.phone,
            "preferred_locales": [],
            "shipping": null,
            "tax_exempt": "none",
            "test_clock": null,
        })
    }
}

pub fn configure(config: &mut web::ServiceConfig) {
    config.service(create).service(retrieve);
}

/// <https://docs.stripe.com/api/customers/create>.
#[post("/customers")]
async fn create(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, _| {
        let customer = Customer::from_params(&params, state.clock.seconds())?;
        Ok(state.insert_customer(customer).render())
    })
}

/// <https://docs.stripe.com/api/customers/retrieve>.
#[get("/customers/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| {
        let customer = state.customers.get(id.as_str());
        Ok(customer
            .ok_or_else(|| ApiError::no_such("customer", &id))?
            .render())
    })
}

impl State {
    pub fn insert_customer(&mut self, customer: Customer) -> &Customer {
        self.customers
            .entry(customer.id.clone())
            .or_insert(customer)
    }
}
