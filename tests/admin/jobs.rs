//! Jobs that died.

use super::trail;
use crate::support::TestApp;

#[actix_web::test]
async fn a_dead_job_is_listed_with_its_last_words() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let job = app.dead_job(&admin).await;
    let dead = admin.get("/admin/jobs?state=dead").await.expect(200);
    assert_eq!(dead["items"][0]["id"], job);
    assert_eq!(dead["items"][0]["last_error"], "it is busy");
    let queued = admin.get("/admin/jobs?state=queued").await.expect(200);
    assert_eq!(queued["items"], serde_json::json!([]));
    let answer = admin.get("/admin/jobs?state=undead").await;
    assert_eq!(answer.wrong_fields(), ["state"]);
}

#[actix_web::test]
async fn a_dead_job_is_retried_once() {
    let app = TestApp::new().await;
    let admin = app.admin().await;
    let path = format!("/admin/jobs/{}/retry", app.dead_job(&admin).await);
    let job = admin.act(&path).await.expect(200);
    assert_eq!(
        (&job["state"], &job["attempts"]),
        (&"queued".into(), &0.into())
    );
    admin.act(&path).await.refused(409, "invalid_state");
    let trail = trail(&admin, "job.retried").await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0]["actor_id"], admin.user_id);
    assert_eq!(trail[0]["before"]["state"], "dead");
}
