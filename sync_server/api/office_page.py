"""The sign-in page of the office web, in the look of the app. It works without script, which only shows the password."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from shared_models.texts import Texts

MARK = (
    '<svg class="mark" viewBox="-5 -5 34 34" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M16 7h.01"/><path d="M3.4 18H12a8 8 0 0 0 8-8V7a4 4 0 0 0-7.28-2.3L2 20"/>'
    '<path d="m20 7 2 .5-2 .5"/><path d="M10 18v3"/><path d="M14 17.75V21"/><path d="M7 18a6 6 0 0 0 3.84-10.61"/></svg>'
)
"""The bird of Lucide (ISC), as the app draws it."""
EYE = (
    '<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" '
    'stroke-linejoin="round" aria-hidden="true"><path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 '
    '10.75 10.75 0 0 1-19.876 0"/><circle cx="12" cy="12" r="3"/><path class="stroke" d="m3 3 18 18"/></svg>'
)
"""The eye of Lucide, with a stroke across it while the password is shown."""
SCRIPT = """
const eye = document.getElementById("eye"), box = document.getElementById("password");
const show = (on) => {
  box.type = on ? "text" : "password";
  eye.setAttribute("aria-pressed", on);
  eye.title = on ? eye.dataset.hide : eye.dataset.show;
  eye.setAttribute("aria-label", eye.title);
};
eye.hidden = false;
eye.onclick = () => { show(box.type === "password"); box.focus(); };
box.form.onsubmit = () => show(false);
"""
"""Shows the password; hidden again before it is sent, so that no browser remembers it as a plain text."""
SCRIPT_HASH = f"'sha256-{b64encode(sha256(SCRIPT.encode()).digest()).decode()}'"
"""By which the page's content security policy knows its one script."""
STYLE = """
@font-face{font-family:Inter;font-weight:400 700;font-display:swap;src:url(/app/fonts/Inter-tabular.ttf)}
:root{color-scheme:light dark;--canvas:#F3F5F8;--surface:#FFF;--line:#E2E6EC;--field:#868F9C;--ink:#14181F;--ink2:#4A5361;
--accent:#2B57C4;--on:#FFF;--link:#2149A8;--need:#B92B24;--soft:#FCEAE8;--mark:#1D232C;--onmark:#F2F4F7}
@media(prefers-color-scheme:dark){:root{--canvas:#0D1014;--surface:#14181E;--line:#272E37;--field:#707B8A;--ink:#E9ECF1;
--ink2:#B0B8C4;--accent:#8FB0FF;--on:#0C1B3C;--link:#B7CCFF;--need:#FF8F86;--soft:#3C1D1B;--mark:#E9ECF1;--onmark:#14181E}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--canvas);color:var(--ink);
font:14px/20px Inter,system-ui,sans-serif;padding:16px}
main{width:100%;max-width:368px;background:var(--surface);border:1px solid var(--line);border-radius:12px;padding:32px}
.brand{display:flex;align-items:center;gap:12px;font-weight:600;margin-bottom:24px}
.mark{width:32px;height:32px;border-radius:8px;background:var(--mark);color:var(--onmark)}
h1{font-size:20px;line-height:28px;letter-spacing:-.2px;font-weight:600;margin:0 0 4px}p{margin:0 0 24px;color:var(--ink2)}
label{display:block;font-size:12px;line-height:16px;font-weight:500;color:var(--ink2);margin:12px 0 4px}
input{width:100%;height:44px;border:1px solid var(--field);border-radius:8px;background:var(--surface);color:var(--ink);
font:inherit;padding:0 12px}input:focus{outline:2px solid var(--accent);outline-offset:-1px;border-color:var(--accent)}
button{width:100%;height:44px;margin-top:24px;border:0;border-radius:8px;background:var(--accent);color:var(--on);font:inherit;
font-weight:600;cursor:pointer}button:focus-visible{outline:2px solid var(--ink);outline-offset:2px}
.secret{position:relative}.secret input{padding-right:48px}.secret input::-ms-reveal{display:none}
#eye{position:absolute;top:0;right:0;width:44px;height:100%;margin:0;background:none;color:var(--ink2);display:grid;place-items:center}
#eye[hidden]{display:none}#eye[aria-pressed=false] .stroke{display:none}
.error{background:var(--soft);color:var(--need);border-radius:8px;padding:12px;margin:0 0 12px;font-weight:500}
nav{margin-top:24px;display:flex;gap:16px;font-size:12px}nav a{color:var(--link);padding:4px 0}
@media(max-width:600px){body{font-size:16px;line-height:22px}h1{font-size:22px}label{font-size:13px;line-height:18px}
input,button{height:48px}button{border-radius:12px}nav{font-size:13px}main{padding:24px}}
"""


def sign_in_page(texts: Texts, email: str, error: str) -> str:
    """Return the page. error: what went wrong, in words, or empty; email: what was typed, kept."""
    t = texts.t
    alert = f'<div class="error" role="alert">{escape(error)}</div>' if error else ""
    show = escape(t("act.show_password"))
    focus = ("", " autofocus") if email else (" autofocus", "")
    return _document(
        texts,
        "office.title",
        f"""<p>{escape(t("office.why"))}</p>{alert}
<form method="post" action="/app/sign-in"><input type="hidden" name="lang" value="{texts.language}">
<label for="email">{escape(t("office.email"))}</label>
<input id="email" name="email" type="email" autocomplete="username" required value="{escape(email)}"{focus[0]}>
<label for="password">{escape(t("office.password"))}</label>
<div class="secret"><input id="password" name="password" type="password" autocomplete="current-password" required{focus[1]}>
<button type="button" id="eye" hidden aria-pressed="false" aria-controls="password" title="{show}" aria-label="{show}"
 data-show="{show}" data-hide="{escape(t("act.hide_password"))}">{EYE}</button></div>
<button type="submit">{escape(t("office.enter"))}</button></form>
<nav><a href="/app/sign-in?lang=en" hreflang="en" lang="en">English</a>
<a href="/app/sign-in?lang=ro" hreflang="ro" lang="ro">Română</a></nav><script>{SCRIPT}</script>""",
    )


def sign_out_page(texts: Texts) -> str:
    """Return the page that asks before it signs out."""
    t = texts.t
    return _document(
        texts,
        "office.leave_title",
        f"""<p>{escape(t("office.leave_why"))}</p>
<form method="post" action="/app/sign-out"><button type="submit" autofocus>{escape(t("office.leave"))}</button></form>
<nav><a href="/app/">{escape(t("office.stay"))}</a></nav>""",
    )


def _document(texts: Texts, title_key: str, body: str) -> str:
    title = escape(texts.t(title_key))
    return f"""<!doctype html>
<html lang="{texts.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title} · Fieldfare</title><style>{STYLE}</style></head>
<body><main><div class="brand">{MARK}Fieldfare</div>
<h1>{title}</h1>{body}
</main></body></html>"""
