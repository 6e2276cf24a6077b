// Conversations: one opens beside the list without loading the page again, the list's poll sends what it shows.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const wide = window.matchMedia("(min-width: 768px)");
  const address = /^\/conversas\/\d+\/$/;

  // --- which one is open ----------------------------------------------------------------------------------------------

  function mark() {
    document.querySelectorAll(".in-line-link").forEach((link) => {
      if (link.pathname === location.pathname) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }

  async function open(url, push) {
    if (push) history.pushState({ conversation: url }, "", url);
    mark();
    await htmx.ajax("GET", url, { target: "#open", swap: "outerHTML" });
    if (byId("open").dataset.title) document.title = byId("open").dataset.title;
    if (byId("talk-title")) byId("talk-title").focus({ preventScroll: true });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest(".in-line-link");
    if (link && wide.matches && event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey)) {
      event.preventDefault();
      open(link.getAttribute("href"), true);
    }
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details[data-menu][open]").forEach((menu) => (menu.open = false));
    if (byId("open")) byId("open").classList.remove("in-panel-shown");
  });

  window.addEventListener("popstate", () => {
    if (address.test(location.pathname) && byId("inbox") && wide.matches) open(location.href, false);
    else location.reload();
  });

  // --- the list: its filters stand in the address, its poll says what it shows ------------------------------------------

  document.addEventListener("htmx:afterSettle", (event) => {
    const results = byId("inbox-results");
    if (results && ["inbox", "inbox-results"].includes(event.target.id)) {
      const query = results.dataset.query;
      history.replaceState(history.state, "", location.pathname + (query ? `?${query}` : ""));
    }
    mark();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "inbox-news") return;
    const rows = [...document.querySelectorAll("#inbox-rows > li")];
    const parameters = event.detail.parameters;
    parameters.seen = rows.map((row) => `${row.id.split("-")[1]}:${row.dataset.version}`).join(",");
    parameters.fresh = byId("inbox-fresh").dataset.count;
    parameters.tabs = byId("inbox-tabs").dataset.version;
  });

  // Nothing is asked for, and nothing counts as read, while nobody looks; no menu closes under somebody's finger.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const busy = event.target.id === "talk-head" && event.target.querySelector("details[open]");
    if (["inbox-news", "talk-head", "read"].includes(event.target.id) && (document.hidden || busy)) {
      event.preventDefault();
    }
  });

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && byId("read")) htmx.trigger("#read", "looked");
  });

  document.addEventListener("DOMContentLoaded", mark);
})();
