// Meta's signup window on our page: opens it, hands over what it tells (the code by the SDK's callback, account and
// number by a message between windows, in either order), and shows the steps as they go.
"use strict";

(() => {
  const POLL_MS = 1500;
  const CLOSED_MS = 2500; // a window that closed without a word may still be speaking
  const page = document.getElementById("signup");
  if (!page) return;
  const sdk = new URL(page.dataset.sdk);
  let heard = false;
  let timer = null;

  const steps = () => document.getElementById("signup-steps");
  const opener = () => page.querySelector("[data-open-window]");

  // --- what the server knows ----------------------------------------------------------------------------------------

  function show(html) {
    const typing = steps().contains(document.activeElement) && document.activeElement.matches("input, select");
    if (typing) return;
    steps().outerHTML = html;
    ready();
  }

  async function send(url, fields) {
    const body = new FormData();
    for (const hidden of page.querySelectorAll(":scope > input[type=hidden]")) body.set(hidden.name, hidden.value);
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    const answer = await fetch(url, { method: "POST", body });
    if (answer.ok || answer.status === 409) show(await answer.text());
    look();
  }

  async function refresh() {
    const answer = document.hidden ? null : await fetch(page.dataset.steps).catch(() => null);
    if (answer && answer.ok) show(await answer.text());
    look();
  }

  function look() {
    clearTimeout(timer);
    if (steps().dataset.moving === "1") timer = setTimeout(refresh, POLL_MS);
  }

  // --- Meta's window ------------------------------------------------------------------------------------------------

  function isMeta(origin) {
    const from = new URL(origin);
    const isFacebook = from.protocol === "https:" && /(^|\.)facebook\.com$/.test(from.hostname);
    return isFacebook || (page.dataset.simulated === "1" && origin === sdk.origin);
  }

  function read(data) {
    try {
      const told = typeof data === "string" ? JSON.parse(data) : null;
      return told && told.type === "WA_EMBEDDED_SIGNUP" ? told : null;
    } catch {
      return null;
    }
  }

  window.addEventListener("message", (event) => {
    const told = event.origin && event.origin !== "null" && isMeta(event.origin) ? read(event.data) : null;
    if (!told) return;
    heard = true;
    send(page.dataset.session, { told: JSON.stringify(told) });
  });

  function open() {
    const login = JSON.parse(opener().dataset.login);
    heard = false;
    const answered = (response) => {
      const code = response && response.authResponse && response.authResponse.code;
      const who = (code && response.authResponse.userID) || "";
      if (code) return send(page.dataset.code, { code, state: login.state, user_id: who });
      return setTimeout(() => heard || send(page.dataset.session, { told: '{"event": "CLOSED"}' }), CLOSED_MS);
    };
    FB.login((response) => void answered(response), {
      config_id: login.config_id,
      response_type: "code",
      override_default_response_type: true,
      extras: login.extras,
    });
  }

  function ready() {
    const button = opener();
    if (button) button.disabled = !window.FB;
  }

  window.fbAsyncInit = () => {
    FB.init({ appId: page.dataset.app, autoLogAppEvents: true, xfbml: false, version: page.dataset.version });
    ready();
  };

  page.addEventListener("click", (event) => event.target.closest("[data-open-window]") && open());

  function load() {
    const script = document.createElement("script");
    script.src = sdk.href;
    script.async = true;
    script.addEventListener("error", () => (document.getElementById("signup-no-sdk").hidden = false));
    document.head.append(script);
  }

  if (opener()) load();
  look();
})();
