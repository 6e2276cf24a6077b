// The editor of a mapping: which inputs a slot needs, its fields when another template is chosen, and the live preview.
"use strict";

(() => {
  const WAIT = 350; // milliseconds after the last key
  const form = document.getElementById("mapping");
  const optional = new Set(form.dataset.optional.split(" "));
  let timer;

  function show(slot) {
    const source = slot.querySelector("select");
    if (!source) return;
    slot.querySelector('[data-for="fixed"]').hidden = source.value !== "=";
    slot.querySelector('[data-for="empty"]').hidden = !optional.has(source.value);
  }

  function ask(part, target) {
    const values = Object.fromEntries(new FormData(form));
    delete values.csrfmiddlewaretoken;
    delete values["file-header"]; // goes when it is saved
    htmx.ajax("GET", `${form.dataset.address}&part=${part}`, { target, swap: "innerHTML", values });
  }

  const refresh = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask("preview", "#preview"), WAIT);
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "template") return ask("slots", "#slots");
    const slot = event.target.closest("[data-slot]");
    if (slot) show(slot);
    refresh();
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("input")) refresh();
  });
  document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-slot]").forEach(show));
  document.querySelectorAll("[data-slot]").forEach(show);
})();
