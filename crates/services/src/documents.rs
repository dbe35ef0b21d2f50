//! Evidence documents of tutors: described by them, read by administrators.

use domain::document::{DocumentTerms, MAX_DOCUMENTS, RELIED_ON};
use domain::text_enum::InvalidState;
use persistence::tutor_documents::{self, TutorDocument};
use persistence::tutors::{self, TutorProfile};
use persistence::{Stored, Tx, audit};
use serde_json::json;
use uuid::Uuid;

use crate::{ServiceError, accounts};

/// Adds a document to a tutor's.
///
/// # Errors
/// [`ServiceError::InvalidState`] if there are as many as there may be, [`ServiceError::AlreadyExists`]
/// if the storage key is another document's, whoever's that is.
pub async fn add(
    tx: &Tx,
    tutor_id: Uuid,
    terms: &DocumentTerms,
) -> Result<TutorDocument, ServiceError> {
    let owner = tutors::find(tx, tutor_id).await?;
    let owner = owner.ok_or(ServiceError::NotFound)?.user_id;
    accounts::keep_live(tx, owner).await?;
    // Those who add at the same time are counted one after the other.
    let tutor = tutors::lock(tx, tutor_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let kept = tutor_documents::list_of_tutor(tx, tutor_id).await?;
    // Those that stay take up no room, or whoever was verified by so many could never show a newer one.
    let removable = kept.iter().filter(|kept| !is_relied_on(&tutor, kept));
    if removable.count() >= MAX_DOCUMENTS {
        return Err(InvalidState {
            state: "full",
            allowed: vec!["delete"],
        }
        .into());
    }
    let document = TutorDocument {
        id: tx.new_id(),
        tutor_id,
        kind: Stored(terms.kind),
        file_name: terms.file_name.clone(),
        content_type: Stored(terms.content_type),
        size_bytes: terms.size_bytes,
        storage_key: terms.storage_key.as_str().to_owned(),
        created_at: tx.now(),
        relied_on_at: None,
    };
    if !tutor_documents::insert_unless_there(tx, document.clone()).await? {
        return Err(ServiceError::AlreadyExists);
    }
    record(tx, "document.added", &document).await?;
    Ok(document)
}

/// Removes a document. The object store's copy is deleted by whoever keeps it there.
///
/// # Errors
/// [`ServiceError::NotFound`]; [`ServiceError::InvalidState`] while its tutor is verified by it.
pub async fn remove(tx: &Tx, tutor_id: Uuid, document_id: Uuid) -> Result<(), ServiceError> {
    // A verification under way relies on it, or doesn't find it any more.
    let tutor = tutors::lock(tx, tutor_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    let document = tutor_documents::find(tx, document_id)
        .await?
        .ok_or(ServiceError::NotFound)?;
    if is_relied_on(&tutor, &document) {
        return Err(InvalidState {
            state: RELIED_ON,
            allowed: Vec::new(),
        }
        .into());
    }
    tutor_documents::delete(tx, document.id).await?;
    record(tx, "document.removed", &document).await
}

fn is_relied_on(tutor: &TutorProfile, document: &TutorDocument) -> bool {
    tutor.is_verified && document.relied_on_at.is_some()
}

/// Neither the file's name nor its key: both are for those who may see the document.
async fn record(
    tx: &Tx,
    action: &'static str,
    document: &TutorDocument,
) -> Result<(), ServiceError> {
    let facts = json!({ "tutor_id": document.tutor_id, "kind": *document.kind });
    let is_added = action == "document.added";
    audit::record(
        tx,
        audit::Change {
            action,
            object_type: "tutor_document",
            object_id: document.id.to_string(),
            before: (!is_added).then(|| facts.clone()),
            after: is_added.then_some(facts),
        },
    )
    .await?;
    Ok(())
}
