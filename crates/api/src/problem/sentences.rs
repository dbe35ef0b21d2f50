//! What a person reads of a problem, in both languages. It says what to do, never what broke inside.

use domain::document::RELIED_ON;
use domain::language::Language;
use domain::validation::FieldProblem;

use super::Code;

/// Title and detail of a code.
pub(super) fn of_code(code: Code, language: Language) -> (&'static str, &'static str) {
    let (ru, en) = both(code);
    match language {
        Language::Ru => ru,
        Language::En => en,
    }
}

/// The detail of a state that has more to say than its code.
pub(super) fn of_state(state: &str, language: Language) -> Option<&'static str> {
    let (ru, en) = match state {
        RELIED_ON => (
            "По этому документу подтверждён ваш профиль, и он остаётся, пока профиль подтверждён. Добавьте рядом более новый; вместе с учётной записью удаляются все.",
            "Your profile is verified by this document, which stays while it is. Add a newer one beside it; all of them go with the account.",
        ),
        _ => return None,
    };
    Some(match language {
        Language::Ru => ru,
        Language::En => en,
    })
}

type Words = (&'static str, &'static str);

fn both(code: Code) -> (Words, Words) {
    match code {
        Code::MalformedRequest => (
            (
                "Некорректный запрос",
                "Тело запроса должно быть корректным JSON в UTF-8 с вложенностью не глубже 64.",
            ),
            (
                "Malformed request",
                "The body must be valid JSON in UTF-8, nested no deeper than 64.",
            ),
        ),
        Code::UnknownHost => (
            (
                "Неизвестный узел",
                "Имя узла в заголовке Host не принадлежит этому API.",
            ),
            (
                "Unknown host",
                "The name in the Host header is not one of this API.",
            ),
        ),
        Code::InvalidSignature => (
            (
                "Подпись не принята",
                "Заголовок Stripe-Signature отсутствует, просрочен или не соответствует телу.",
            ),
            (
                "Invalid signature",
                "The Stripe-Signature header is missing, too old, or does not match the body.",
            ),
        ),
        Code::Unauthenticated => (
            (
                "Требуется вход",
                "Войдите и передайте действующий токен в заголовке Authorization: Bearer.",
            ),
            (
                "Authentication required",
                "Sign in and send a valid token as Authorization: Bearer.",
            ),
        ),
        Code::InvalidCredentials => (
            (
                "Неверные данные для входа",
                "Проверьте адрес почты и пароль.",
            ),
            ("Invalid credentials", "Check the e-mail and the password."),
        ),
        Code::Forbidden => (
            (
                "Недоступно",
                "Это действие недоступно для вашей роли или профиля.",
            ),
            ("Forbidden", "Your role or profile does not allow this."),
        ),
        Code::UntrustedOrigin => (
            (
                "Недоверенный источник",
                "Запросы с cookie принимаются только со страниц доверенных источников (заголовок Origin).",
            ),
            (
                "Untrusted origin",
                "Requests with a cookie are accepted from pages of trusted origins only (the Origin header).",
            ),
        ),
        Code::HttpsRequired => (
            (
                "Требуется HTTPS",
                "Повторите запрос по https. Секреты, отправленные открытым текстом, считайте раскрытыми.",
            ),
            (
                "HTTPS required",
                "Send the request over https. Take secrets that were sent in plain text for disclosed.",
            ),
        ),
        Code::NotFound => (
            ("Не найдено", "Такого ресурса нет или он вам недоступен."),
            (
                "Not found",
                "There is no such resource, or it is not yours to see.",
            ),
        ),
        Code::MethodNotAllowed => (
            (
                "Метод не поддерживается",
                "Используйте один из методов заголовка Allow.",
            ),
            (
                "Method not allowed",
                "Use one of the methods in the Allow header.",
            ),
        ),
        Code::RequestTimeout => (
            (
                "Время ожидания истекло",
                "Тело запроса пришло не целиком за отведённое время. Повторите запрос.",
            ),
            (
                "Request timeout",
                "The body did not arrive in time. Send the request again.",
            ),
        ),
        Code::Conflict => (
            (
                "Конфликт",
                "Другая операция с этим ресурсом ещё не завершена или уже изменила его. Обновите данные и повторите.",
            ),
            (
                "Conflict",
                "Another operation on this resource is under way or has changed it. Read it again and retry.",
            ),
        ),
        Code::InvalidState => (
            (
                "Действие невозможно в этом состоянии",
                "Доступные действия перечислены в поле allowed.",
            ),
            (
                "Not possible in this state",
                "The field allowed lists what is possible now.",
            ),
        ),
        Code::AlreadyExists => (
            (
                "Уже существует",
                "Такой ресурс уже создан; получите или измените существующий.",
            ),
            (
                "Already exists",
                "It exists already; read or change the one there is.",
            ),
        ),
        Code::Gone => (
            (
                "Больше не действует",
                "Ссылка или токен уже использованы либо устарели. Запросите новые.",
            ),
            (
                "Gone",
                "The link or token was used before or is too old. Ask for a new one.",
            ),
        ),
        Code::PreconditionFailed => (
            (
                "Данные изменились",
                "Версия в If-Match устарела. Получите ресурс заново и повторите изменение.",
            ),
            (
                "It has changed",
                "The version in If-Match is out of date. Read the resource again and repeat the change.",
            ),
        ),
        Code::PayloadTooLarge => (
            ("Слишком большой запрос", "Сократите тело запроса."),
            ("Payload too large", "Send a smaller body."),
        ),
        Code::UnsupportedMediaType => (
            (
                "Неподдерживаемый тип данных",
                "Передайте тело с заголовком Content-Type: application/json.",
            ),
            (
                "Unsupported media type",
                "Send the body with Content-Type: application/json.",
            ),
        ),
        Code::ValidationFailed => (
            (
                "Проверьте данные",
                "Поле errors перечисляет всё, что нужно исправить.",
            ),
            (
                "Invalid data",
                "The field errors lists everything to be put right.",
            ),
        ),
        Code::IdempotencyMismatch => (
            (
                "Ключ идемпотентности уже использован",
                "С этим Idempotency-Key уже выполнен другой запрос. Возьмите новый ключ.",
            ),
            (
                "Idempotency key in use",
                "Another request was made with this Idempotency-Key. Use a new one.",
            ),
        ),
        Code::PreconditionRequired => (
            (
                "Нужна версия",
                "Передайте в If-Match значение ETag, полученное при чтении.",
            ),
            (
                "Version required",
                "Send the ETag that you have read as If-Match.",
            ),
        ),
        Code::RateLimited => (
            (
                "Слишком много запросов",
                "Подождите столько секунд, сколько указано в заголовке Retry-After.",
            ),
            (
                "Too many requests",
                "Wait as many seconds as the Retry-After header says.",
            ),
        ),
        Code::Internal => (
            (
                "Внутренняя ошибка",
                "Ошибка на нашей стороне. Повторите позже или сообщите нам request_id.",
            ),
            (
                "Internal error",
                "The fault is ours. Try again later, or tell us the request_id.",
            ),
        ),
        Code::UpstreamFailed => (
            (
                "Внешний сервис ответил ошибкой",
                "Платёжный сервис отклонил запрос. Повторите позже.",
            ),
            (
                "Upstream failed",
                "The payment service refused. Try again later.",
            ),
        ),
        Code::Unavailable => (
            (
                "Временно недоступно",
                "Повторите через время, указанное в Retry-After.",
            ),
            (
                "Temporarily unavailable",
                "Try again after the time in Retry-After.",
            ),
        ),
    }
}

/// What is wrong with a field.
pub(super) fn of_field(problem: &FieldProblem, language: Language) -> String {
    match language {
        Language::Ru => field_ru(problem),
        Language::En => field_en(problem),
    }
}

fn field_ru(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "Обязательное поле.".into(),
        FieldProblem::UnknownField => "Такого поля нет.".into(),
        FieldProblem::InvalidType { expected } => format!("Неверный тип: ожидается {expected}."),
        FieldProblem::TooShort { min } => format!("Слишком коротко: символов не меньше {min}."),
        FieldProblem::TooLong { max } => format!("Слишком длинно: символов не больше {max}."),
        FieldProblem::TooSmall { min } => format!("Слишком мало: не меньше {min}."),
        FieldProblem::TooLarge { max } => format!("Слишком много: не больше {max}."),
        FieldProblem::TooFew { min } => format!("Слишком мало элементов: не меньше {min}."),
        FieldProblem::TooMany { max } => format!("Слишком много элементов: не больше {max}."),
        FieldProblem::Duplicate => "Значение повторяется.".into(),
        FieldProblem::NotOneOf { allowed } => {
            format!("Допустимые значения: {}.", allowed.join(", "))
        }
        FieldProblem::InvalidFormat { expected } => format!("Неверный формат; пример: {expected}."),
        FieldProblem::Unknown => "Такого значения не существует.".into(),
        FieldProblem::MustBeFuture => "Время должно быть в будущем.".into(),
        FieldProblem::Conflicts { other } => format!("Противоречит полю {other}."),
        FieldProblem::Guessable => "Такой пароль легко угадать.".into(),
        FieldProblem::NotAllowed => "Это значение задать нельзя.".into(),
    }
}

fn field_en(problem: &FieldProblem) -> String {
    match problem {
        FieldProblem::Required => "This field is required.".into(),
        FieldProblem::UnknownField => "There is no such field.".into(),
        FieldProblem::InvalidType { expected } => format!("Wrong type: expected {expected}."),
        FieldProblem::TooShort { min } => format!("Too short: at least {min} characters."),
        FieldProblem::TooLong { max } => format!("Too long: at most {max} characters."),
        FieldProblem::TooSmall { min } => format!("Too small: at least {min}."),
        FieldProblem::TooLarge { max } => format!("Too large: at most {max}."),
        FieldProblem::TooFew { min } => format!("Too few entries: at least {min}."),
        FieldProblem::TooMany { max } => format!("Too many entries: at most {max}."),
        FieldProblem::Duplicate => "This value is repeated.".into(),
        FieldProblem::NotOneOf { allowed } => format!("Must be one of: {}.", allowed.join(", ")),
        FieldProblem::InvalidFormat { expected } => {
            format!("Wrong format; for example: {expected}.")
        }
        FieldProblem::Unknown => "There is no such thing.".into(),
        FieldProblem::MustBeFuture => "Must be in the future.".into(),
        FieldProblem::Conflicts { other } => format!("Contradicts the field {other}."),
        FieldProblem::Guessable => "This password is easy to guess.".into(),
        FieldProblem::NotAllowed => "This value may not be set.".into(),
    }
}
