//! Accounts: registering, signing in, and one's own data.

use domain::account::{Role, person_name, phone};
use domain::registration::{Consent, locale, time_zone};
use domain::text_enum::TextEnum;
use domain::validation::Violations;
use persistence::mails::MailTemplate;
use persistence::users::{self, User};
use persistence::{Actor, Db, Scope, Stamp, Stored, Tx, audit, write};
use secrecy::SecretString;
use uuid::Uuid;

use crate::passwords::Passwords;
use crate::secrets::SigningSecrets;
use crate::sessions::{self, SignedIn};
use crate::{ServiceError, mail};

pub use domain::registration::{NewAccount, RegistrationDraft};

/// Makes an account; without a password hash nobody can sign in to it.
///
/// # Errors
/// [`ServiceError::AlreadyExists`] if the e-mail is known.
pub async fn create(
    tx: &Tx,
    account: &NewAccount,
    password_hash: Option<String>,
) -> Result<User, ServiceError> {
    let user = insert(tx, account, password_hash).await?;
    note_creation(tx, &user).await?;
    Ok(user)
}

async fn insert(
    tx: &Tx,
    account: &NewAccount,
    password_hash: Option<String>,
) -> Result<User, ServiceError> {
    let user = new_user(tx.stamp(), account, password_hash);
    if !users::insert_unless_known(tx, user.clone()).await? {
        return Err(ServiceError::AlreadyExists);
    }
    for Consent { kind, text_version } in &account.consents {
        persistence::consents::insert(tx, user.id, kind, text_version).await?;
    }
    Ok(user)
}

async fn note_creation(tx: &Tx, user: &User) -> Result<(), ServiceError> {
    audit::record(
        tx,
        audit::Change {
            action: "account.created",
            object_type: "user",
            object_id: user.id.to_string(),
            before: None,
            after: Some(serde_json::json!({ "role": *user.role })),
        },
    )
    .await?;
    Ok(())
}

/// Keeps somebody from being erased until the transaction ends: what they write now would outlive
/// them.
///
/// # Errors
/// [`ServiceError::Unauthenticated`] if they are erased already.
pub(crate) async fn keep_live(tx: &Tx, user_id: Uuid) -> Result<(), ServiceError> {
    if users::keep_live(tx, user_id).await? {
        Ok(())
    } else {
        Err(ServiceError::Unauthenticated)
    }
}

/// An account's row, as it begins.
#[must_use]
pub fn new_user(stamp: Stamp, account: &NewAccount, password_hash: Option<String>) -> User {
    User {
        id: stamp.id,
        email: account.email.as_str().to_owned(),
        password_hash,
        role: Stored(account.role),
        first_name: account.first_name.clone(),
        last_name: account.last_name.clone(),
        phone: None,
        time_zone: account.time_zone.clone(),
        locale: Stored(account.locale),
        is_verified: false,
        notification_seq: 0,
        version: 1,
        created_at: stamp.at,
        updated_at: stamp.at,
        deleted_at: None,
        seed_run_id: stamp.seed_run_id,
    }
}

/// Makes an account, leaves a letter to its address, and signs it in.
///
/// # Errors
/// What is wrong with the draft, or [`ServiceError::AlreadyExists`].
pub async fn register(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    secrets: &SigningSecrets,
    draft: RegistrationDraft,
    user_agent: Option<&str>,
) -> Result<SignedIn, ServiceError> {
    let account = draft.parse()?;
    let hash = passwords.hash(draft.password).await?;
    write(db, scope, async |tx| {
        let user = insert(tx, &account, Some(hash.clone())).await?;
        // Nobody was signed in until now: it is their own doing.
        tx.act_as(Actor::User(user.id));
        note_creation(tx, &user).await?;
        mail::leave(tx, secrets, &user, MailTemplate::VerifyEmail).await?;
        sessions::start(tx, secrets, user, user_agent).await
    })
    .await
}

/// Makes an administrator: for the command line only.
///
/// # Errors
/// What is wrong with the e-mail or password, or [`ServiceError::AlreadyExists`].
pub async fn create_admin(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    email: &str,
    password: SecretString,
) -> Result<User, ServiceError> {
    let mut draft = RegistrationDraft {
        email: email.to_owned(),
        password,
        role: Role::Student.as_str().to_owned(),
        first_name: "Администратор".into(),
        last_name: "Платформы".into(),
        time_zone: None,
        locale: None,
        consents: Vec::new(),
    };
    let account = NewAccount {
        role: Role::Admin,
        ..draft.parse()?
    };
    let password = std::mem::take(&mut draft.password);
    let hash = passwords.hash(password).await?;
    write(db, scope, async |tx| {
        create(tx, &account, Some(hash.clone())).await
    })
    .await
}

/// Gives an account a new password, whatever it had: for the demo's own accounts.
///
/// # Errors
/// [`ServiceError::NotFound`], or the database failed.
pub async fn set_password(
    db: &Db,
    scope: &Scope,
    passwords: &Passwords,
    user_id: Uuid,
    password: SecretString,
) -> Result<(), ServiceError> {
    let hash = passwords.hash(password).await?;
    write(db, scope, async |tx| {
        let mut user = users::lock(tx, user_id)
            .await?
            .ok_or(ServiceError::NotFound)?;
        user.password_hash = Some(hash.clone());
        users::update(tx, user).await?;
        Ok(())
    })
    .await
}

/// A change of one's own data; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct AccountPatch {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    /// `Some(None)` removes it.
    pub phone: Option<Option<String>>,
    pub time_zone: Option<String>,
    pub locale: Option<String>,
}

/// Changes one's own data.
///
/// # Errors
/// What is wrong with it.
pub async fn update(tx: &Tx, user_id: Uuid, patch: &AccountPatch) -> Result<User, ServiceError> {
    let mut user = users::lock(tx, user_id)
        .await?
        .ok_or(ServiceError::Unauthenticated)?;
    let before = (user.first_name.clone(), user.last_name.clone());
    let mut wrong = Violations::default();
    if let Some(name) = &patch.first_name
        && let Some(name) = wrong.take("/first_name", person_name(name))
    {
        user.first_name = name;
    }
    if let Some(name) = &patch.last_name
        && let Some(name) = wrong.take("/last_name", person_name(name))
    {
        user.last_name = name;
    }
    match &patch.phone {
        Some(Some(number)) => user.phone = wrong.take("/phone", phone(number)),
        Some(None) => user.phone = None,
        None => {}
    }
    if let Some(zone) = &patch.time_zone
        && let Some(zone) = wrong.take("/time_zone", time_zone(Some(zone)))
    {
        user.time_zone = zone;
    }
    if let Some(name) = &patch.locale
        && let Some(language) = wrong.take("/locale", locale(Some(name)))
    {
        user.locale = Stored(language);
    }
    wrong.into_result()?;
    let is_renamed = (&user.first_name, &user.last_name) != (&before.0, &before.1);
    let user = users::update(tx, user).await?;
    if is_renamed {
        crate::tutors::rename(tx, &user).await?;
    }
    Ok(user)
}
