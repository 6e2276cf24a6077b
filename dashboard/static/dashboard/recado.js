// What the pages do beyond htmx: the drawer and its address, questions, the choice of many, and what the news poll sends.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const wide = window.matchMedia("(min-width: 768px)");

  // --- drawer: opens beside the list; the address says which message, so that it can be shared -----------------------

  const drawer = () => byId("drawer");

  function mark(url) {
    const id = url && url.match(/[0-9a-f-]{36}/);
    document.querySelectorAll(".rc-row-open").forEach((row) => row.classList.remove("rc-row-open"));
    if (id && byId(`job-${id[0]}`)) byId(`job-${id[0]}`).classList.add("rc-row-open");
  }

  async function open(url, push) {
    await htmx.ajax("GET", url, { target: "#drawer", swap: "innerHTML" });
    drawer().hidden = false;
    mark(url);
    if (push) history.pushState({ drawer: url }, "", url);
    const title = byId("detail-title");
    if (title) title.focus({ preventScroll: true });
  }

  function close(push) {
    if (!drawer() || drawer().hidden) return;
    const row = document.querySelector(".rc-row-open .rc-open");
    drawer().hidden = true;
    drawer().replaceChildren();
    mark(null);
    if (push) history.pushState({}, "", drawer().dataset.list);
    if (row) row.focus({ preventScroll: true });
  }

  window.addEventListener("popstate", (event) => {
    if (!drawer()) return;
    if (event.state && event.state.drawer) open(event.state.drawer, false);
    else close(false);
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-drawer]")) return close(true);
    const row = event.target.closest(".rc-row");
    if (!row || !drawer() || !wide.matches || event.defaultPrevented) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    if (event.target.closest("input, label, a:not(.rc-open)") || window.getSelection().toString()) return;
    const link = row.querySelector(".rc-open");
    event.preventDefault();
    open(link.getAttribute("href"), true);
  });

  // On a phone the whole card leads to the message's page.
  document.addEventListener("click", (event) => {
    const row = event.target.closest(".rc-row");
    if (!row || wide.matches || event.target.closest("a, input, label")) return;
    row.querySelector(".rc-open").click();
  });

  // --- where a row of tabs scrolls, the page's own is in sight ---------------------------------------------------------

  document.querySelector(".rc-tabs-many [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // --- questions ------------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) byId(opener.dataset.dialog).showModal();
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog").close();
    const toggle = event.target.closest("[data-toggle]");
    if (toggle) byId(toggle.dataset.target).classList.toggle(toggle.dataset.toggle);
    const reveal = event.target.closest("[data-reveal]");
    if (reveal) {
      const input = byId(reveal.dataset.reveal);
      input.type = input.type === "password" ? "text" : "password";
      reveal.setAttribute("aria-pressed", input.type === "text");
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close(true);
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const search = document.querySelector(".rc-search input");
    if (event.key === "/" && !typing && search) {
      event.preventDefault();
      search.focus();
    }
  });

  // --- filters act when they change ----------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    const filters = event.target.closest("#filters");
    if (!filters) return;
    const ownDates = filters.elements.period?.value === "dates";
    if (filters.elements.period) byId("dates").hidden = !ownDates;
    if (event.target.name === "period" && ownDates) return;
    for (const field of filters.elements) field.disabled = field.name && !field.value;
    filters.submit();
  });

  // --- days: slashes come by themselves while typing, the browser's calendar opens from its button --------------------

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches("[data-day]") || event.inputType === "deleteContentBackward" || /-/.test(field.value)) return;
    const digits = field.value.replace(/\D/g, "").slice(0, 8);
    const parts = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean);
    if (document.documentElement.lang.startsWith("pt")) field.value = parts.join("/");
  });

  document.querySelectorAll("[data-day]").forEach((field) => {
    const picker = document.createElement("input");
    Object.assign(picker, { type: "date", tabIndex: -1, className: "rc-picker" });
    picker.setAttribute("aria-hidden", "true");
    const isPortuguese = document.documentElement.lang.startsWith("pt");
    picker.addEventListener("click", () => {
      picker.value = isPortuguese ? field.value.split("/").reverse().join("-") : field.value;
      if (picker.showPicker) picker.showPicker();
    });
    picker.addEventListener("change", (event) => {
      event.stopPropagation();
      field.value = isPortuguese ? picker.value.split("-").reverse().join("/") : picker.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    const box = document.createElement("span");
    box.className = "rc-day-field";
    field.replaceWith(box);
    box.append(field, picker);
  });

  // --- the choice of many --------------------------------------------------------------------------------------------

  function count() {
    const boxes = [...document.querySelectorAll('#rows input[name="job"]')];
    const chosen = boxes.filter((box) => box.checked).length;
    if (!byId("bulk-bar")) return;
    byId("bulk-bar").hidden = chosen === 0;
    document.querySelectorAll("[data-bulk-count]").forEach((place) => (place.textContent = chosen));
    byId("choose-all").checked = chosen > 0 && chosen === boxes.length;
    byId("choose-all").indeterminate = chosen > 0 && chosen < boxes.length;
    const everything = byId("bulk-everything");
    if (everything) {
      everything.hidden = !byId("choose-all").checked;
      if (everything.hidden) everything.querySelector("input").checked = false;
    }
    const words = byId("bulk-words").dataset;
    const told = everything && everything.querySelector("input").checked ? words.all : words.some.replace("{n}", chosen);
    document.querySelectorAll("[data-bulk-told]").forEach((place) => (place.textContent = told));
  }

  document.addEventListener("change", (event) => {
    if (event.target.id === "choose-all") {
      document.querySelectorAll('#rows input[name="job"]').forEach((box) => (box.checked = event.target.checked));
    }
    if (event.target.closest("#rows, #bulk-bar") || event.target.id === "choose-all") count();
  });
  window.addEventListener("pageshow", count);

  // --- the news poll: sends what the page shows, keeps what a person chose ---------------------------------------------

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "news") return;
    const rows = [...document.querySelectorAll("#rows > tr")];
    const parameters = event.detail.parameters;
    parameters.seen = rows.map((row) => `${row.id.slice(4)}:${row.dataset.version}`).join(",");
    parameters.fresh = byId("fresh").dataset.count;
    parameters.counters = byId("counters").dataset.version;
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const polls = ["news", "live"].includes(event.target.id);
    const busy = document.hidden || (event.target.id === "live" && event.target.querySelector("dialog[open]"));
    if (polls && busy) event.preventDefault();
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const box = event.target.querySelector && event.target.querySelector('input[name="job"]');
    if (!box) return;
    const next = event.detail.fragment.querySelector('input[name="job"]');
    if (next) next.checked = box.checked;
    if (event.target.classList.contains("rc-row-open")) {
      event.detail.fragment.querySelector("tr").classList.add("rc-row-open");
    }
  });
})();
