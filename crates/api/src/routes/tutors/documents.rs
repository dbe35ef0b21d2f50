//! A tutor's evidence documents: what is known of each, and where it lies in the object store.

use actix_web::{HttpResponse, delete, get, post};
use chrono::{DateTime, Utc};
use domain::document::DocumentDraft;
use persistence::tutor_documents::{self, TutorDocument};
use serde::{Deserialize, Serialize};
use services::documents;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::access::{OwnDocument, OwnProfile};
use crate::problem::Problem;
use crate::request::{Answer, Body, Ctx, EmptyBody, Guarded, Listing};

/// Mounts the routes of this file.
pub fn mount(config: &mut ServiceConfig<'_>) {
    config
        .service(list_own_documents)
        .service(create_document)
        .service(delete_document);
}

/// A document, as its tutor and administrators see it; nobody else sees that there is one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2c", "kind": "diploma", "file_name": "Диплом МГУ.pdf",
    "content_type": "application/pdf", "size_bytes": 1048576,
    "storage_key": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d", "created_at": "2026-11-23T09:00:00Z",
    "relied_on_at": "2026-11-23T12:00:00Z"
}))]
pub struct DocumentResponse {
    pub id: Uuid,
    /// `diploma`, `certificate`, `licence` or `other`.
    pub kind: String,
    pub file_name: String,
    pub content_type: String,
    pub size_bytes: i64,
    /// The name of the document in the object store.
    pub storage_key: String,
    pub created_at: DateTime<Utc>,
    /// Since when its tutor is verified by it; it can't be removed while they are.
    pub relied_on_at: Option<DateTime<Utc>>,
}

impl From<TutorDocument> for DocumentResponse {
    fn from(document: TutorDocument) -> Self {
        Self {
            id: document.id,
            kind: document.kind.to_string(),
            file_name: document.file_name,
            content_type: document.content_type.to_string(),
            size_bytes: document.size_bytes,
            storage_key: document.storage_key,
            created_at: document.created_at,
            relied_on_at: document.relied_on_at,
        }
    }
}

/// A document that lies in the object store.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "diploma", "file_name": "Диплом МГУ.pdf", "content_type": "application/pdf",
    "size_bytes": 1048576, "storage_key": "0193f2c4-7b1e-7c3a-9a55-3d1f0a6f1b2d"
}))]
struct CreateDocumentRequest {
    /// `diploma`, `certificate`, `licence` or `other`.
    kind: String,
    /// Without a path.
    #[schema(min_length = 1, max_length = 255)]
    file_name: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    content_type: String,
    #[schema(minimum = 1, maximum = 20971520)]
    size_bytes: i64,
    /// The name of the document in the object store: neither a path nor a URL.
    #[schema(min_length = 16, max_length = 128, pattern = "^[a-z0-9-]{16,128}$")]
    storage_key: String,
}

impl EmptyBody for CreateDocumentRequest {}

impl From<CreateDocumentRequest> for DocumentDraft {
    fn from(body: CreateDocumentRequest) -> Self {
        Self {
            kind: body.kind,
            file_name: body.file_name,
            content_type: body.content_type,
            size_bytes: body.size_bytes,
            storage_key: body.storage_key,
        }
    }
}

/// My documents
///
/// The calling tutor's evidence, newest first; all of it, since there are never more than 20 beside those that the tutor was verified by.
#[utoipa::path(tag = "Tutors", operation_id = "list_own_documents",
    responses((status = 200, body = Listing<DocumentResponse>),
              (status = 404, description = "`not_found`: there is no tutor profile yet.")))]
#[get("/me/tutor-profile/documents")]
async fn list_own_documents(
    ctx: Ctx,
    OwnProfile(profile): OwnProfile,
) -> Result<HttpResponse, Problem> {
    let documents = tutor_documents::list_of_tutor(ctx.db(), profile.id).await?;
    let documents = documents.into_iter().map(DocumentResponse::from).collect();
    Ok(ctx.answer(&Answer::ok(Listing::whole(documents))))
}

/// Add a document
///
/// Describes one that lies in the object store already; seen by its tutor and administrators only.
#[utoipa::path(tag = "Tutors", operation_id = "create_document",
    request_body = CreateDocumentRequest,
    responses((status = 201, body = DocumentResponse),
              (status = 404, description = "`not_found`: there is no tutor profile yet."),
              (status = 409, description = "`already_exists`: the storage key is taken; `invalid_state`: there are 20 already, beside those that the tutor is verified by.")))]
#[post("/me/tutor-profile/documents")]
async fn create_document(
    ctx: Ctx,
    Guarded(OwnProfile(profile), Body(body)): Guarded<OwnProfile, Body<CreateDocumentRequest>>,
) -> Result<HttpResponse, Problem> {
    let terms = DocumentDraft::from(body).parse()?;
    ctx.write_once(async |tx| {
        let document = documents::add(tx, profile.id, &terms).await?;
        Ok(Answer::created_here(DocumentResponse::from(document)))
    })
    .await
}

/// Remove a document
///
/// What is known of it here, unless the calling tutor is verified by it. The object store's copy is for
/// whoever put it there to delete.
#[utoipa::path(tag = "Tutors", operation_id = "delete_document", params(("id" = Uuid, Path)),
    responses((status = 204, description = "Removed."),
              (status = 409, description = "`invalid_state`: the tutor is verified by it.")))]
#[delete("/me/tutor-profile/documents/{id}")]
async fn delete_document(
    ctx: Ctx,
    OwnDocument(document): OwnDocument,
) -> Result<HttpResponse, Problem> {
    ctx.write(async |tx| documents::remove(tx, document.tutor_id, document.id).await)
        .await?;
    Ok(ctx.answer(&Answer::nothing()))
}
