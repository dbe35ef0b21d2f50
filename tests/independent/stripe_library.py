"""Our server and our offline Stripe, judged by Stripe's own library.

    scripts/independent

`stripe_library.py TUTORS FAKE` starts both, asks what a shop would ask, prints what it saw, and exits
with 1 if anything was not as the library, or https://docs.stripe.com, has it.
"""

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe
from stripe import StripeClient, Webhook, WebhookSignature

KEY = "sk_test_independent"
SECRET, FORMER_SECRET = "whsec_independent", "whsec_of_last_year"
PATIENCE_S = 20
failures = []


def seen(what, is_right, detail=""):
    """Prints one thing that was seen."""
    if not is_right:
        failures.append(what)
    print(f"{'ok ' if is_right else 'NOT'} {what}{f'  ({detail})' if detail or not is_right else ''}")


def fails_with(kind, call, code=None):
    """Whether the library raises this error."""
    try:
        call()
    except kind as error:
        return code is None or error.code == code
    except stripe.StripeError as error:
        print(f"    {type(error).__name__}: {error}")
    return False


def http(method, url, body=None, headers=None):
    """Status and body of an answer, whatever its status."""
    data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            status, text = answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    try:
        return status, json.loads(text)
    except ValueError:
        return status, text


class Inbox:
    """The shop's endpoint: keeps what Stripe posts, as it came."""

    def __init__(self):
        self.posted = queue.Queue()
        inbox = self

        class Endpoint(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                inbox.posted.put((body, self.headers["Stripe-Signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, last):
        """All that is posted, up to the first event of a type."""
        taken = []
        while not taken or json.loads(taken[-1][0])["type"] != last:
            taken.append(self.posted.get(timeout=PATIENCE_S))
        return taken

    def take_some(self, count):
        return [self.posted.get(timeout=PATIENCE_S) for _ in range(count)]

    def take_rest(self):
        """What was posted up to now, if anything."""
        return self.take_some(self.posted.qsize())


def start(stack, command, **options):
    """A process that is ended with this one."""
    process = subprocess.Popen(command, text=True, **options)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


def start_server(stack, binary, fake):
    """Our server, a customer of the fake; where it is."""
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    env = {
        "DEBUG": "true",
        "STRIPE_SECRET_KEY": KEY,
        "STRIPE_WEBHOOK_SECRET": f"{SECRET}, {FORMER_SECRET}",
        "STRIPE_API_BASE": fake,
        "JWT_SECRET": "a secret of at least thirty-two bytes",
        "BIND_ADDR": "127.0.0.1:0",
        "OPS_ADDR": "127.0.0.1:0",
        "DATABASE_URL": "sqlite://market.sqlite?mode=rwc",
        "LOG_FORMAT": "text",
    }
    process = start(stack, [binary, "serve"], cwd=folder, env=env, stderr=subprocess.PIPE)
    said = []
    for line in process.stderr:
        said.append(line)
        if "serving on " in line:
            # Read on, or the server would wait for room in the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return line.split("serving on ")[1].split(",")[0].split()[0].rstrip('"')
    sys.exit(f"the server did not start: {''.join(said)}")


def sign_for_the_server(webhook):
    """What the library signs our server takes, and nothing else."""
    print("\n# The library signs, our server checks")
    event = {
        "id": "evt_independent", "object": "event", "type": "product.created", "livemode": False,
        "api_version": "2026-01-28.clover", "created": int(time.time()), "pending_webhooks": 1,
        "data": {"object": {"id": "prod_1", "object": "product", "name": "Занятие"}},
        "request": {"id": None, "idempotency_key": None},
    }
    # Indented, as Stripe writes it.
    body = json.dumps(event, indent=2, ensure_ascii=False)

    def signed(secret, ago=0, text=body):
        at = int(time.time()) - ago
        return WebhookSignature.generate_signature_header(text, secret, at)

    def deliver(header, text=body):
        headers = {"Stripe-Signature": header} if header else {}
        status, answer = http("POST", webhook, text.encode(), headers)
        return status, answer.get("outcome") or answer.get("code")

    refused = (400, "invalid_signature")
    wrong = signed("whsec_of_somebody_else")
    bad = wrong.split("v1=")[1]
    cases = [
        ("no signature", deliver(None), refused),
        ("the signature of another secret", deliver(wrong), refused),
        ("the signature of another body", deliver(signed(SECRET), body + " "), refused),
        ("a signature from before the tolerance", deliver(signed(SECRET, 301)), refused),
        ("a signature from after it", deliver(signed(SECRET, -320)), refused),
        ("a right one", deliver(signed(SECRET)), (200, "ignored")),
        ("the same event again", deliver(signed(SECRET)), (200, "duplicate")),
        ("one nearly too old", deliver(signed(SECRET, 280)), (200, "duplicate")),
        ("the secret of before the rotation", deliver(signed(FORMER_SECRET)), (200, "duplicate")),
        ("a wrong one beside a right one", deliver(signed(SECRET).replace("v1=", f"v1={bad},v1=")),
         (200, "duplicate")),
    ]
    for what, answer, expected in cases:
        seen(what, answer == expected, f"{answer[0]} {answer[1]}")


def sell(client, fake, inbox):
    """The fake as a client of Stripe's knows Stripe."""
    print("\n# The library calls, our fake answers")
    v1 = client.v1
    customer = v1.customers.create({"email": "anna@example.org", "metadata": {"user_id": "7"}})
    same = v1.customers.retrieve(customer.id)
    seen("a customer", same.email == "anna@example.org" and same.metadata["user_id"] == "7")

    def line(amount, **recurring):
        price = {"currency": "rub", "unit_amount": amount, "product_data": {"name": "Урок"}}
        return {"quantity": 1, "price_data": {**price, **recurring}}

    def session(mode, item, **more):
        page = {"mode": mode, "customer": customer.id, "line_items": [item], **more,
                "success_url": "https://example.org/?s={CHECKOUT_SESSION_ID}"}
        return v1.checkout.sessions.create(page)

    opened = session("payment", line(150_000))
    again = v1.checkout.sessions.retrieve(opened.id)
    seen("an open session", again.status == "open" and again.url == opened.url
         and again.amount_total == 150_000 and again.payment_status == "unpaid")
    ended = v1.checkout.sessions.expire(opened.id)
    seen("a session that was ended", ended.status == "expired" and ended.url is None)
    over = lambda: v1.checkout.sessions.expire(opened.id)
    seen("it can't be ended twice", fails_with(stripe.InvalidRequestError, over))

    lesson = session("payment", line(150_000), metadata={"booking_id": "b1"})
    status, _ = http("POST", f"{fake}pay/{lesson.id}")
    lesson = v1.checkout.sessions.retrieve(lesson.id)
    seen("a session that was paid", status == 200 and lesson.status == "complete"
         and lesson.payment_status == "paid" and lesson.metadata["booking_id"] == "b1")
    intent = lesson.payment_intent
    part = v1.refunds.create({"payment_intent": intent, "amount": 40_000},
                             {"idempotency_key": "part"})
    twin = v1.refunds.create({"payment_intent": intent, "amount": 40_000},
                             {"idempotency_key": "part"})
    seen("a refund under a key, twice", part.id == twin.id and part.status == "succeeded")
    other = lambda: v1.refunds.create({"payment_intent": intent, "amount": 1},
                                      {"idempotency_key": "part"})
    seen("another one under that key", fails_with(stripe.IdempotencyError, other))
    too_much = lambda: v1.refunds.create({"payment_intent": intent, "amount": 110_001})
    seen("more than is left", fails_with(stripe.InvalidRequestError, too_much))
    rest = v1.refunds.create({"payment_intent": intent})
    seen("all the rest", rest.amount == 110_000)
    gone = lambda: v1.refunds.create({"payment_intent": intent})
    seen("once all went back", fails_with(stripe.InvalidRequestError, gone,
                                          "charge_already_refunded"))
    listed = [refund.id for refund in v1.refunds.list({"payment_intent": intent}).data]
    seen("the list of refunds, newest first", listed == [rest.id, part.id])

    premium = session("subscription", line(99_900, recurring={"interval": "month"}))
    http("POST", f"{fake}pay/{premium.id}")
    premium = v1.checkout.sessions.retrieve(premium.id)
    subscription = v1.subscriptions.retrieve(premium.subscription)
    seen("a subscription", subscription.status == "active"
         and subscription["items"].data[0].current_period_end > time.time())
    invoice = v1.invoices.retrieve(subscription.latest_invoice)
    seen("its invoice", invoice.status == "paid" and invoice.total == 99_900
         and invoice.parent.subscription_details.subscription == subscription.id)
    payments = v1.invoice_payments.list({"invoice": invoice.id}).data
    by_intent = v1.invoice_payments.list({"payment": {
        "type": "payment_intent", "payment_intent": payments[0].payment.payment_intent}}).data
    seen("the payment of it, asked both ways", len(payments) == 1
         and [found.id for found in by_intent] == [payments[0].id]
         and by_intent[0].invoice == invoice.id)
    ends = v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    seen("it ends with its period", ends.cancel_at_period_end and ends.status == "active")
    over = v1.subscriptions.cancel(subscription.id)
    seen("it ends now", over.status == "canceled" and over.ended_at is not None)
    portal = v1.billing_portal.sessions.create(
        {"customer": customer.id, "return_url": "https://example.org/"})
    seen("the billing portal", http("GET", portal.url)[0] == 200)

    print("\n# Errors")
    missing = lambda: v1.customers.retrieve("cus_none")
    seen("what is not there", fails_with(stripe.InvalidRequestError, missing, "resource_missing"))
    nobody = StripeClient("sk_test_wrong", base_addresses={"api": fake.rstrip("/")})
    seen("a wrong key", fails_with(stripe.AuthenticationError,
                                   lambda: nobody.v1.customers.retrieve(customer.id)))
    for fault, kind in [("rate_limited", stripe.RateLimitError), ("server_error", stripe.APIError)]:
        http("POST", f"{fake}control/faults", {"fault": fault})
        seen(fault, fails_with(kind, lambda: v1.customers.retrieve(customer.id)))
    patient = StripeClient(KEY, base_addresses={"api": fake.rstrip("/")}, max_network_retries=2)
    http("POST", f"{fake}control/faults", {"fault": "lost_answer", "path": "POST /v1/customers"})
    before = http("GET", f"{fake}control")[1]["customers"]
    patient.v1.customers.create({"email": "pavel@example.org"})
    after = http("GET", f"{fake}control")[1]["customers"]
    seen("an answer that was lost: one customer all the same", len(after) == len(before) + 1)

    print("\n# Our fake signs, the library checks")
    listed = list(v1.events.list({"limit": 3}).auto_paging_iter())
    posted = inbox.take_some(len(listed))
    events = [Webhook.construct_event(body, header, SECRET) for body, header in posted]
    seen("every event that was posted is signed", len(events) > 10, f"{len(events)} events")
    forged = lambda: Webhook.construct_event(posted[0][0] + b" ", posted[0][1], SECRET)
    seen("a changed one isn't", fails_with(stripe.SignatureVerificationError, forged))
    ids = [event.id for event in listed]
    seen("the list of events, page by page, holds them all", sorted(ids) ==
         sorted(event.id for event in events) and len(ids) == len(set(ids)), f"{len(ids)} events")
    newest_first = all(a.created >= b.created for a, b in zip(listed, listed[1:]))
    seen("newest first", newest_first)
    some = list(v1.events.list({"limit": 2, "types": ["refund.created", "invoice.paid"],
                                "created": {"gte": int(time.time()) - 600}}).auto_paging_iter())
    seen("those of some types", sorted(event.type for event in some) ==
         ["invoice.paid", "refund.created", "refund.created"])


def buy_premium(client, site, fake, inbox):
    """Our server opens a checkout at the fake; the library looks at it and signs what follows."""
    print("\n# Our server calls, the library looks and signs")
    api = f"{site}/api/v1"
    account = {"email": "tutor@example.org", "password": "сова-и-лампа", "role": "tutor",
               "first_name": "Павел", "last_name": "Орлов"}
    _, tutor = http("POST", f"{api}/auth/register", account)
    auth = {"Authorization": f"Bearer {tutor['access_token']}"}
    profile = {"bio": "Готовлю к ЕГЭ по математике.", "experience_years": 7,
               "hourly_rate": 150_000, "subjects": ["matematika"], "formats": ["online"],
               "time_zone": "Europe/Moscow", "availability": {"monday": ["09:00-18:00"]}}
    _, profile = http("POST", f"{api}/me/tutor-profile", profile, auth)
    status, opened = http("POST", f"{api}/payments/checkout", {"type": "premium"}, auth)
    page = client.v1.checkout.sessions.retrieve(opened["session_id"])
    seen("the session that our server opened", status == 201 and page.mode == "subscription"
         and page.amount_total == 99_900 and page.currency == "rub"
         and page.metadata["tutor_profile_id"] == profile["id"]
         and page.client_reference_id == tutor["user"]["id"])
    inbox.take_rest()
    http("POST", f"{fake}pay/{page.id}")
    outcomes = []
    for body, _ in inbox.take("invoice_payment.paid"):
        header = WebhookSignature.generate_signature_header(body.decode(), SECRET)
        status, answer = http("POST", f"{api}/payments/webhook", body,
                              {"Stripe-Signature": header})
        outcomes.append(answer.get("outcome", status))
    seen("what came of its events", set(outcomes) <= {"applied", "ignored", "parked", "stale"}
         and "applied" in outcomes, " ".join(outcomes))
    _, premium = http("GET", f"{api}/me/premium", headers=auth)
    seen("premium", premium["is_premium"] is True, premium["expires_at"])
    status, portal = http("POST", f"{api}/payments/portal", {}, auth)
    seen("the portal", status == 200 and portal["url"].startswith(fake))


def main(tutors, fake_binary):
    inbox = Inbox()
    print(f"stripe {stripe.VERSION}, API version {stripe.api_version}")
    with ExitStack() as stack:
        command = [fake_binary, inbox.url, SECRET, KEY]
        fake = start(stack, command, stdout=subprocess.PIPE).stdout.readline().strip()
        client = StripeClient(KEY, base_addresses={"api": fake.rstrip("/")}, max_network_retries=0)
        site = start_server(stack, tutors, fake)
        sign_for_the_server(f"{site}/api/v1/payments/webhook")
        sell(client, fake, inbox)
        buy_premium(client, site, fake, inbox)
    if failures:
        sys.exit(f"\n{len(failures)} not as they should be: {', '.join(failures)}")
    print("\nAll of it as it should be.")


if __name__ == "__main__":
    main(*sys.argv[1:])
