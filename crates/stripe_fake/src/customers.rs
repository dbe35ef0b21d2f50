//! Customers: <https://docs.stripe.com/api/customers>.

use actix_web::{HttpResponse, delete, get, post, web};
use serde_json::{Value, json};

use crate::{
    api_error::ApiError,
    api_request::ApiRequest,
    events::Cause,
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
    pub deleted: bool,
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
            deleted: false,
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
    config.service(create).service(retrieve).service(delete);
}

/// <https://docs.stripe.com/api/customers/create>.
#[post("/customers")]
async fn create(request: ApiRequest) -> Result<HttpResponse, ApiError> {
    request.write(|state, params, _| {
        let customer = Customer::from_params(&params, state.clock.seconds())?;
        Ok(state.insert_customer(customer).render())
    })
}

/// <https://docs.stripe.com/api/customers/retrieve>: of a deleted one there is only that.
#[get("/customers/{id}")]
async fn retrieve(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.read(|state, _| match state.customers.get(id.as_str()) {
        None => Err(ApiError::no_such("customer", &id)),
        Some(customer) if customer.deleted => Ok(render_deleted(&id)),
        Some(customer) => Ok(customer.render()),
    })
}

/// <https://docs.stripe.com/api/customers/delete>: "also immediately cancels any active
/// subscriptions".
#[delete("/customers/{id}")]
async fn delete(request: ApiRequest, id: web::Path<String>) -> Result<HttpResponse, ApiError> {
    request.write(|state, _, cause| match state.delete_customer(&id, cause) {
        Some(()) => Ok(render_deleted(&id)),
        None => Err(ApiError::no_such("customer", &id)),
    })
}

fn render_deleted(id: &str) -> Value {
    json!({"id": id, "object": "customer", "deleted": true})
}

impl State {
    pub fn insert_customer(&mut self, customer: Customer) -> &Customer {
        self.customers
            .entry(customer.id.clone())
            .or_insert(customer)
    }

    /// One that is not deleted.
    pub fn find_customer(&self, id: &str) -> Option<&Customer> {
        self.customers.get(id).filter(|customer| !customer.deleted)
    }

    /// Nothing if there is none.
    pub fn delete_customer(&mut self, id: &str, cause: &Cause) -> Option<()> {
        let customer = self.find_customer(id)?.render();
        let live: Vec<String> = self
            .subscriptions
            .values()
            .filter(|subscription| subscription.customer == id)
            .filter(|subscription| !subscription.status.is_over())
            .map(|subscription| subscription.id.clone())
            .collect();
        for subscription in live {
            self.end_subscription(&subscription, "cancellation_requested", cause);
        }
        self.customers.get_mut(id)?.deleted = true;
        self.emit("customer.deleted", customer, cause);
        Some(())
    }
}
