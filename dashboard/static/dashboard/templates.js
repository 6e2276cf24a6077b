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

  // The chosen pictures are shown from the person's own disk: Meta's copies are not ours to fetch. Each is known by the
  // handle that Meta gave for it, so that it follows its card.
  const pictures = new Map();
  const chosen = new Map();
  const named = (name) => document.querySelector(`#editor [name="${name}"]`);

  function keepPictures() {
    for (const [name, address] of chosen) {
      const handle = named(name.replace(/_file$/, "_handle"))?.value;
      if (!handle) continue;
      pictures.set(handle, address);
      chosen.delete(name);
    }
  }

  function showPicture(place, prefix) {
    const address = pictures.get(named(`${prefix}header_handle`)?.value);
    if (!address || !place) return;
    const image = document.createElement("img");
    Object.assign(image, { src: address, className: "tp-picture", alt: place.textContent.trim() });
    place.replaceWith(image);
  }

  function showPictures() {
    keepPictures();
    if (document.getElementById("header")?.value === "IMAGE") {
      showPicture(document.querySelector("#preview .tp-bubble .tp-file"), "");
    }
    if (document.getElementById("cards_header")?.value !== "IMAGE") return;
    document.querySelectorAll("#preview .tp-card").forEach((card, place) => {
      showPicture(card.querySelector(".tp-file"), `cards.${place}.`);
    });
  }

  document.addEventListener("change", (event) => {
    const field = event.target;
    const file = field.name?.endsWith("header_file") ? field.files[0] : null;
    if (file?.type.startsWith("image/")) chosen.set(field.name, URL.createObjectURL(file));
  });

  // The options that a person opened on the phone stay open while it is drawn anew, and the cards where they were.
  let opened = false;
  let aside = 0;
  document.addEventListener("htmx:beforeSwap", () => {
    opened = document.querySelector("#preview details[open]") !== null;
    aside = document.querySelector("#preview .tp-cards")?.scrollLeft ?? 0;
  });
  document.addEventListener("htmx:afterSettle", () => {
    showPictures();
    const cards = document.querySelector("#preview .tp-cards");
    if (cards) cards.scrollLeft = aside;
    const rest = document.querySelector("#preview details");
    if (rest && opened) rest.open = true;
  });

  // What is typed or chosen while the form is fetched anew goes over into the new one; buttons and cards stay out where
  // their places change.
  const MOVES = /^(remove|up|down|card|kind):/;
  let sent = new Map();
  let left = [];
  let moves = false;
  const held = (field) => (field.type === "file" ? field.files.length : field.value);
  const fields = () => [...document.querySelectorAll("#editor .rc-input[id]")];
  const isForm = (event) => event.detail.target.id === "editor";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isForm(event)) return;
    sent = new Map(fields().map((field) => [field.id, held(field)]));
    moves = MOVES.test(event.detail.requestConfig.parameters.do ?? "");
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!isForm(event)) return;
    left = fields().filter((field) => sent.has(field.id) && sent.get(field.id) !== held(field));
    if (moves) left = left.filter((field) => !field.closest(".tp-button"));
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const { id, type, value, files } of left.splice(0)) {
      const field = document.getElementById(id);
      if (!field) continue;
      if (type === "file") field.files = files;
      else field.value = value;
      field.dispatchEvent(new Event(type === "file" ? "change" : "input", { bubbles: true }));
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
