// The template editor: marks and variables go in where the person writes. What is right is the server's to say.
"use strict";

(() => {
  const body = () => document.getElementById("body");

  // As if it were typed, so that undo works and the check hears of it.
  function put(field, text, from, to) {
    field.focus();
    field.setSelectionRange(from, to);
    document.execCommand("insertText", false, text);
  }

  function wrap(field, mark) {
    const { selectionStart: from, selectionEnd: to, value } = field;
    put(field, `${mark}${value.slice(from, to)}${mark}`, from, to);
    if (from === to) field.setSelectionRange(from + mark.length, from + mark.length);
  }

  function nextNumber(text) {
    const numbers = [...text.matchAll(/{{\s*(\d+)\s*}}/g)].map((found) => Number(found[1]));
    return Math.max(0, ...numbers) + 1;
  }

  document.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-mark]");
    if (mark) wrap(body(), mark.dataset.mark);
    const variable = event.target.closest("[data-variable]");
    if (variable) {
      const field = body();
      const named = document.getElementById("named").checked;
      const name = named ? variable.dataset.variable : nextNumber(field.value);
      put(field, `{{${name}}}`, field.selectionStart, field.selectionEnd);
      variable.closest("details").open = false;
    }
    document.querySelectorAll(".tp-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  // The chosen picture is shown from the person's own disk: Meta's copy is not ours to fetch.
  let picture = "";

  function showPicture() {
    const header = document.getElementById("header");
    const place = document.querySelector("#preview .tp-file");
    if (!picture || !place || !header || header.value !== "IMAGE") return;
    const image = document.createElement("img");
    Object.assign(image, { src: picture, className: "tp-picture", alt: place.textContent.trim() });
    place.replaceWith(image);
  }

  document.addEventListener("change", (event) => {
    const file = event.target.id === "header_file" && event.target.files[0];
    if (!file) return;
    URL.revokeObjectURL(picture);
    picture = file.type.startsWith("image/") ? URL.createObjectURL(file) : "";
  });

  // The options that a person opened on the phone stay open while it is drawn anew.
  let opened = false;
  document.addEventListener("htmx:beforeSwap", () => {
    opened = document.querySelector("#preview details[open]") !== null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    showPicture();
    const rest = document.querySelector("#preview details");
    if (rest && opened) rest.open = true;
  });

  // What is typed while the form is fetched anew goes over into the new one. Buttons stay out: their places change.
  let sent = new Map();
  let typed = [];
  const fields = () => [...document.querySelectorAll("#editor .rc-input[id]:not(.tp-button *, [type=file])")];
  const isForm = (event) => event.detail.target.id === "editor";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isForm(event)) sent = new Map(fields().map((field) => [field.id, field.value]));
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (isForm(event)) typed = fields().filter((field) => sent.has(field.id) && sent.get(field.id) !== field.value);
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const { id, value } of typed.splice(0)) {
      const field = document.getElementById(id);
      if (!field) continue;
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest(".tp-menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
