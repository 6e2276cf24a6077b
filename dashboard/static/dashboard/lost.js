// A lost connection, an ended session, and what was refused: told in one bar, which goes when Recado answers again.
// Scripts with requests of their own tell theirs by the events "recado:lost" and "recado:back" of the document.
"use strict";

(() => {
  const bar = document.getElementById("lost");
  const words = document.getElementById("lost-words");
  const way = document.getElementById("lost-way");
  const AWAY = [0, 502, 503, 504];
  const PROBE_EVERY = 5000; // ms
  const told = { 403: "forbidden", 404: "gone", 409: "moved", 429: "often" };
  let probe = null;

  function say(what, link) {
    words.textContent = bar.dataset[what];
    way.hidden = !link;
    if (link) way.href = link;
    bar.dataset.what = what;
    bar.hidden = false;
  }

  function lost() {
    if (bar.dataset.what === "ended" && !bar.hidden) return;
    say("away");
    probe = probe || setInterval(look, PROBE_EVERY);
  }

  function back() {
    clearInterval(probe);
    probe = null;
    if (bar.dataset.what === "away") bar.hidden = true;
  }

  async function look() {
    try {
      const answer = await fetch(bar.dataset.probe, { cache: "no-store" });
      if (answer.ok) back();
    } catch {
      // still away: the next look follows
    }
  }

  const isPerson = (event) => Boolean(event.detail.requestConfig && event.detail.requestConfig.triggeringEvent);

  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:timeout", lost);
  document.addEventListener("recado:lost", lost);
  document.addEventListener("recado:back", back);
  window.addEventListener("offline", lost);
  window.addEventListener("online", look);

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (AWAY.includes(status)) return lost();
    if (!isPerson(event)) return;
    say(told[status] || (status >= 500 ? "failed" : "refused"), status === 404 || status === 409 ? location.href : "");
  });

  // A poll of a session that has ended is led to the sign-in page, which must not be put into this one.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const address = event.detail.xhr.responseURL;
    if (!address || !new URL(address).pathname.startsWith(bar.dataset.signIn)) return;
    event.detail.shouldSwap = false;
    say("ended", location.href);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    back();
    if (isPerson(event) && bar.dataset.what !== "ended") bar.hidden = true;
  });
})();
