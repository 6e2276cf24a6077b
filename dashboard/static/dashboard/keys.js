// Keys of every page: Ctrl+K leads anywhere, j and k go through the list, ? shows all. (/ is recado.js's.)
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const LINKS = ".in-line-link, .rc-row .rc-open";

  function jump() {
    if (!byId("jump") || byId("jump").open) return;
    byId("jump").showModal();
    byId("jump-q").select();
    htmx.trigger("#jump-q", "opened");
  }

  function step(by) {
    const links = [...document.querySelectorAll(LINKS)];
    const here = links.indexOf(document.activeElement);
    const current = links.findIndex((link) => link.getAttribute("aria-current") === "true");
    const from = here >= 0 ? here : current;
    const next = links[Math.min(Math.max(from + by, 0), links.length - 1)];
    if (next) next.focus();
  }

  // Enter leads to the first place of what was typed, once that is known: never to one of what was typed before.
  let goes = false;

  function go() {
    const results = byId("jump-results");
    if (!goes || results.dataset.q !== byId("jump-q").value.trim()) return;
    goes = false;
    const first = results.querySelector("a");
    if (first) first.click();
    else byId("jump-q").form.submit();
  }

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "jump-results") go();
  });

  function through(event) {
    const places = [byId("jump-q"), ...document.querySelectorAll("#jump-results a")];
    const here = places.indexOf(document.activeElement);
    goes = event.key === "Enter" && here === 0;
    if (goes) go();
    else if (event.key === "ArrowDown") places[Math.min(here + 1, places.length - 1)].focus();
    else if (event.key === "ArrowUp") places[Math.max(here - 1, 0)].focus();
    else return;
    event.preventDefault();
  }

  // Before the admin's own palette, which listens to the same keys for people who may enter it.
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && byId("jump")) {
        event.preventDefault();
        event.stopImmediatePropagation();
        jump();
      }
    },
    true,
  );

  document.addEventListener("keydown", (event) => {
    if (byId("jump") && byId("jump").open) return through(event);
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
    if (event.key === "?" && byId("keys")) byId("keys").showModal();
  });

  document.addEventListener("click", (event) => {
    if (event.target.matches("dialog#jump")) event.target.close();
  });
})();
