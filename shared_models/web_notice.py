"""What the app's page says while it opens, and when nothing answers it: in place of Flet's own picture and English words.

The page is Flutter's canvas, which can say nothing once its other half is gone. So the words are in the page itself, in every
language; a script shows them in the page's, `<html lang>`, which the app sets when it knows its reader, else in the browser's.
"""

import json

from shared_models.texts import LANGUAGES, Texts

SIGNED_OUT = 4401
"""Close code of a websocket whose session has ended: asking for the page anew leads to the sign-in."""
PATIENCE_MS = 1500
"""How long a connection may be gone before it is told: a moment without network is no news."""
KEYS = ("opening", "gone", "gone_why", "again")
STYLE = """
#loading img{display:none}#loading{color:#4A5361;background:#F3F5F8!important;font:500 16px/24px Inter,system-ui,sans-serif}
#gone{position:fixed;inset:0;z-index:2147483647;display:grid;place-items:center;padding:16px;background:#F3F5F8;color:#14181F;
font:14px/20px Inter,system-ui,sans-serif}#gone[hidden]{display:none}
#gone div{max-width:368px;background:#FFF;border:1px solid #E2E6EC;border-radius:12px;padding:32px}
#gone h1{font-size:20px;line-height:28px;font-weight:600;margin:0 0 8px}#gone p{margin:0 0 24px;color:#4A5361}
#gone button{width:100%;height:44px;border:0;border-radius:8px;background:#2B57C4;color:#FFF;font:inherit;font-weight:600;
cursor:pointer}#gone button:focus-visible{outline:2px solid #14181F;outline-offset:2px}
@media(prefers-color-scheme:dark){#loading{color:#B0B8C4;background:#0D1014!important}#gone{background:#0D1014;color:#E9ECF1}
#gone div{background:#14181E;border-color:#272E37}#gone p{color:#B0B8C4}#gone button{background:#8FB0FF;color:#0C1B3C}
#gone button:focus-visible{outline-color:#E9ECF1}}
"""
SCRIPT = """
(() => {
  const texts = TEXTS, Plain = window.WebSocket, page = document.documentElement;
  let open = 0, timer = 0, leaving = false;
  const words = () => {
    const tags = [page.lang, ...(navigator.languages || [])].map(tag => tag.toLowerCase().split("-")[0]);
    return texts[tags.find(tag => tag in texts) || "en"];
  };
  const again = () => fetch(location.href, {cache: "no-store"}).then(() => location.reload(), () => {});
  const panel = () => {
    let gone = document.getElementById("gone");
    if (!gone) {
      gone = document.createElement("section");
      gone.id = "gone";
      gone.hidden = true;
      gone.setAttribute("role", "alert");
      gone.innerHTML = "<div><h1></h1><p></p><button type=button></button></div>";
      gone.querySelector("button").onclick = again;
      document.body.append(gone);
    }
    return gone;
  };
  const tell = () => {
    if (open || leaving) return;
    const gone = panel(), said = words();
    gone.lang = said.language;
    gone.querySelector("h1").textContent = said.gone;
    gone.querySelector("p").textContent = said.gone_why;
    gone.querySelector("button").textContent = said.again;
    gone.hidden = false;
    gone.querySelector("button").focus();
  };
  window.WebSocket = class extends Plain {
    constructor(...asked) {
      super(...asked);
      let counted = false;
      this.addEventListener("open", () => {
        open += 1;
        counted = true;
        clearTimeout(timer);
        timer = 0;
        panel().hidden = true;
      });
      this.addEventListener("close", event => {
        if (counted) open -= 1;
        if (event.code === SIGNED_OUT && !leaving) return location.reload();
        timer = timer || setTimeout(tell, PATIENCE_MS);
      });
    }
  };
  addEventListener("pagehide", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });
  addEventListener("DOMContentLoaded", () => {
    const loading = document.getElementById("loading");
    if (!loading) return;
    loading.setAttribute("aria-label", words().opening);
    loading.append(words().opening);
  });
})();
"""


def with_notice(html: bytes) -> bytes:
    """Return the page with the notice in its head; a page without a head stays as it is."""
    texts = {language: _words(language) for language in LANGUAGES}
    script = SCRIPT.replace("TEXTS", json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c"), 1)
    script = script.replace("SIGNED_OUT", str(SIGNED_OUT), 1).replace("PATIENCE_MS", str(PATIENCE_MS), 1)
    return html.replace(b"</head>", f"<style>{STYLE}</style><script>{script}</script></head>".encode(), 1)


def _words(language: str) -> dict[str, str]:
    texts = Texts("ro" if language == "ro" else "en")
    return {"language": texts.language, **{key: texts.t(f"web.{key}") for key in KEYS}}
