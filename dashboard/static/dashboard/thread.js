// The thread of a conversation: what is new comes in place, the composer, ready answers, the template picker.
"use strict";

(() => {
  if (window.recadoThread) return window.recadoThread();

  const EVERY = 3000; // milliseconds between two looks for news
  const SIGN_EVERY = 20000; // the customer sees "typing" for 25 s
  const NEAR = 80; // pixels from the end that still count as the end
  const MARKS = [["*", "b"], ["_", "em"], ["~", "s"]];
  const VARIABLE = /\{\{\s*(\w+)\s*\}\}/g;

  const byId = (id) => document.getElementById(id);
  const thread = () => byId("thread");
  const scroller = () => byId("thread-scroll");
  const word = (name) => thread().dataset[`word${name}`];
  let lastTyped = 0;
  let lastSign = 0;
  let unseen = 0;
  let timer = null;

  // --- scrolling -----------------------------------------------------------------------------------------------------

  const isAtEnd = () => scroller().scrollHeight - scroller().scrollTop - scroller().clientHeight < NEAR;

  function toEnd() {
    scroller().scrollTop = scroller().scrollHeight;
    unseen = 0;
    byId("thread-fresh").hidden = true;
  }

  function tellUnseen(count) {
    unseen += count;
    if (!unseen) return;
    byId("thread-fresh").hidden = false;
    byId("thread-fresh").lastElementChild.textContent = unseen === 1 ? word("One") : word("Many").replace("{count}", unseen);
  }

  // --- what is new comes in place ------------------------------------------------------------------------------------

  function merge(html) {
    const list = byId("thread-items");
    const parsed = document.createElement("template");
    parsed.innerHTML = html;
    const incoming = [...parsed.content.children];
    const ids = new Set(incoming.map((node) => node.id));
    list.querySelectorAll(':scope > [id^="j-"]').forEach((node) => ids.has(node.id) || node.remove());
    let before = null;
    let fresh = 0;
    for (const next of incoming) {
      const known = byId(next.id);
      const node = known && known.dataset.version === next.dataset.version ? known : next;
      if (known && known !== node) known.replaceWith(node);
      if (!known) {
        node.classList.add("th-arrived");
        if (node.matches("[data-theirs]")) fresh += 1;
      }
      if (!known && before) before.after(node);
      else if (!known) list.append(node);
      before = node;
    }
    const empty = thread().querySelector(".th-empty");
    if (empty && incoming.length) empty.remove();
    htmx.process(list);
    return fresh;
  }

  function show(told) {
    const wasAtEnd = isAtEnd();
    thread().dataset.version = told.version;
    const fresh = merge(told.items);
    byId("thread-others").textContent = told.others;
    const parsed = document.createElement("template");
    parsed.innerHTML = told.composer;
    const next = parsed.content.querySelector("#composer");
    const old = byId("composer");
    if (next.dataset.mode !== old.dataset.mode || next.dataset.closes !== old.dataset.closes) replaceComposer(old, next);
    if (wasAtEnd) toEnd();
    else tellUnseen(fresh);
    if (fresh && !document.hidden) sign(false);
    tick();
  }

  // What a person has begun to write stays.
  function replaceComposer(old, next) {
    const kept = byId("write") && new FormData(byId("write"));
    const focused = document.activeElement && document.activeElement.id === "write-text";
    const sameMode = next.dataset.mode === old.dataset.mode;
    if (sameMode && byId("thread-clock")) {
      old.dataset.closes = next.dataset.closes;
      byId("thread-clock").replaceWith(next.querySelector("#thread-clock"));
      return;
    }
    old.replaceWith(next);
    htmx.process(next);
    if (kept && byId("write")) byId("write-text").value = kept.get("text");
    restoreDraft();
    if (focused && byId("write-text")) byId("write-text").focus();
  }

  // The page's own bar says it (lost.js).
  const tell = (what) => document.dispatchEvent(new Event(`recado:${what}`));

  async function look() {
    clearTimeout(timer);
    const here = thread();
    if (!here) return;
    if (!document.hidden) {
      try {
        const address = new URL(here.dataset.news, location.href);
        address.searchParams.set("after", here.dataset.version);
        address.searchParams.set("visible", "1");
        if (Date.now() - lastTyped < 2 * EVERY) address.searchParams.set("typing", "1");
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (answer.redirected) return; // the session has ended, which the page tells
        if (answer.status === 200 && thread() === here) show(await answer.json());
        tell(answer.ok ? "back" : "lost");
      } catch {
        tell("lost");
      }
    }
    timer = setTimeout(look, EVERY);
  }

  function sign(typing) {
    const form = byId("write");
    if (!thread().dataset.sign || !form) return;
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "tenant"]) body.set(name, form.elements[name].value);
    if (typing) body.set("typing", "1");
    fetch(thread().dataset.sign, { method: "POST", body }).catch(() => {});
  }

  // --- the window's clock --------------------------------------------------------------------------------------------

  function tick() {
    const clock = byId("thread-clock");
    const composer = byId("composer");
    if (!clock || !composer.dataset.closes) return;
    const left = Math.floor((new Date(composer.dataset.closes) - Date.now()) / 1000);
    if (left <= 0) {
      thread().dataset.version = "";
      return void look();
    }
    const hours = Math.floor(left / 3600);
    const minutes = Math.floor((left % 3600) / 60);
    const spoken = hours ? `${hours} h ${String(minutes).padStart(2, "0")} min` : minutes ? `${minutes} min` : `${left} s`;
    clock.classList.toggle("th-soon", left <= 3600);
    clock.querySelector("[data-left]").textContent = word("Left").replace("{time}", spoken);
  }

  // --- writing -------------------------------------------------------------------------------------------------------

  const draftName = () => `recado-draft-${thread().dataset.id}`;
  const attached = () => byId("attach") && byId("attach").files[0];

  function saveDraft() {
    const value = byId("write-text").value;
    if (value) localStorage.setItem(draftName(), value);
    else localStorage.removeItem(draftName());
  }

  function restoreDraft() {
    const field = byId("write-text");
    if (field && !field.value) field.value = localStorage.getItem(draftName()) || "";
    if (field) grow(field);
  }

  function grow(field) {
    if (CSS.supports("field-sizing", "content")) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  }

  function fail(form, problems) {
    form.querySelectorAll(".rc-error[data-live-error]").forEach((node) => node.remove());
    form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    const rest = [];
    for (const [name, sentences] of Object.entries(problems)) {
      const field = name && form.id === "fill" && form.elements[name];
      if (!field) {
        rest.push(...sentences);
        continue;
      }
      const error = document.createElement("span");
      error.className = "rc-error";
      error.dataset.liveError = "";
      error.id = `${field.id}_error`;
      error.textContent = sentences.join(" ");
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", error.id);
      field.closest(".rc-field").append(error);
    }
    const place = form.querySelector("[data-error], #write-error") || byId("write-error");
    if (place) {
      place.textContent = rest.join(" ");
      place.hidden = !rest.length;
    } else if (rest.length) {
      window.alert(rest.join("\n"));
    }
  }

  async function post(form, address, body) {
    if (form.dataset.busy) return false;
    form.dataset.busy = "1";
    const buttons = [...form.querySelectorAll("button:not([type=button])")];
    buttons.forEach((button) => (button.disabled = true));
    try {
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
      const isJson = (answer.headers.get("Content-Type") || "").startsWith("application/json");
      if (!isJson || ![200, 422].includes(answer.status)) {
        fail(form, { "": [word("Broken")] });
        return false;
      }
      const told = await answer.json();
      if (answer.status === 422) {
        fail(form, told.problems);
        return false;
      }
      fail(form, {});
      show(told);
      if (form.elements.key) form.elements.key.value = told.key;
      return true;
    } catch {
      tell("lost");
      return false;
    } finally {
      delete form.dataset.busy;
      buttons.forEach((button) => (button.disabled = "never" in button.dataset));
    }
  }

  async function write(form) {
    const file = attached();
    const body = new FormData(form);
    if (file) {
      body.set("file", file);
      body.set("caption", body.get("text"));
    } else if (!body.get("text").trim()) {
      return;
    }
    const sent = body.get("text");
    if (!(await post(form, file ? form.dataset.file : form.action, body))) return;
    const field = byId("write-text");
    if (field && field.value === sent) field.value = "";
    if (field) {
      grow(field);
      saveDraft();
      field.focus();
    }
    drop("file");
    drop("answer");
    toEnd();
  }

  function attach(file) {
    byId("attached").hidden = !file;
    if (!file) return;
    const size = file.size < 1048576 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    byId("attached").querySelector("span:nth-child(2)").textContent = `${file.name} · ${size}`;
    byId("write-text").focus();
  }

  function drop(what) {
    if (!byId("write")) return;
    if (what === "file") {
      byId("attach").value = "";
      byId("attached").hidden = true;
    } else {
      byId("write").elements.reply_to.value = "";
      byId("answering").hidden = true;
    }
  }

  function answer(button) {
    const form = byId("write");
    if (!form) return;
    const item = button.closest(".th-item");
    const said = item.querySelector(".th-text, .th-title, .th-file b, .th-place b, .th-card b, .th-missing");
    form.elements.reply_to.value = button.dataset.answer;
    byId("answering").hidden = false;
    byId("answering").querySelector("span:nth-child(2)").textContent = said ? said.textContent : "…";
    byId("write-text").focus();
  }

  // --- ready answers: a slash at the beginning lists them ------------------------------------------------------------

  let ready = null;

  async function suggest() {
    const field = byId("write-text");
    const box = byId("ready");
    const asked = /^\/([^\s/]*)$/.exec(field.value);
    if (!asked) return void (box.hidden = true);
    if (!ready) {
      const answered = await fetch(thread().dataset.answers, { headers: { Accept: "application/json" } });
      ready = answered.ok ? (await answered.json()).answers : [];
    }
    const found = ready.filter((one) => one.shortcut.toLowerCase().startsWith(asked[1].toLowerCase()));
    box.replaceChildren(...found.map(option));
    if (!found.length) {
      const none = document.createElement("p");
      none.textContent = word("Nothing");
      box.append(none);
    }
    box.hidden = false;
  }

  function option(one, index) {
    const row = document.createElement("div");
    const name = document.createElement("b");
    const text = document.createElement("span");
    name.textContent = `/${one.shortcut}`;
    text.textContent = one.text;
    row.append(name, text);
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(index === 0));
    row.id = `ready-${index}`;
    row.dataset.text = one.text;
    return row;
  }

  function choose(row) {
    byId("write-text").value = row.dataset.text;
    byId("ready").hidden = true;
    grow(byId("write-text"));
    saveDraft();
    byId("write-text").focus();
  }

  // True when the key was for the list.
  function keyInReady(event) {
    const box = byId("ready");
    if (box.hidden) return false;
    const rows = [...box.querySelectorAll("[role=option]")];
    const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") box.hidden = true;
    else if (["Enter", "Tab"].includes(event.key) && rows[at]) choose(rows[at]);
    else if (["ArrowDown", "ArrowUp"].includes(event.key) && rows.length) {
      const next = (at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length;
      rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === next)));
      rows[next].scrollIntoView({ block: "nearest" });
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  // --- the template picker -------------------------------------------------------------------------------------------

  async function pick() {
    const box = byId("picker");
    await htmx.ajax("GET", box.dataset.list, { target: "#picker", swap: "innerHTML" });
    if (!box.open) box.showModal();
  }

  // WhatsApp's marks and the variables, as nodes: text of people is only ever text.
  function written(text, values) {
    let nodes = [];
    let at = 0;
    for (const found of text.matchAll(VARIABLE)) {
      nodes.push(text.slice(at, found.index));
      const value = values(found[1]);
      if (value.filled) nodes.push(value.text);
      else {
        const open = document.createElement("mark");
        open.className = "th-open";
        open.textContent = value.text;
        nodes.push(open);
      }
      at = found.index + found[0].length;
    }
    nodes.push(text.slice(at));
    for (const [mark, tag] of MARKS) nodes = marked(nodes, mark, tag);
    return nodes;
  }

  function marked(nodes, mark, tag) {
    const out = [];
    let inside = null;
    for (const node of nodes) {
      if (typeof node !== "string") {
        (inside || out).push(node);
        continue;
      }
      const parts = node.split(mark);
      parts.forEach((part, index) => {
        if (index > 0) {
          if (inside) {
            const element = document.createElement(tag);
            element.append(...inside);
            out.push(element);
            inside = null;
          } else inside = [];
        }
        if (part) (inside || out).push(part);
      });
    }
    if (inside) out.push(mark, ...inside);
    return out;
  }

  function preview() {
    const form = byId("fill");
    if (!form) return;
    const fields = new Map([...form.querySelectorAll("[data-variable]")].map((one) => [one.dataset.variable, one]));
    byId("picker").querySelectorAll("[data-words]").forEach((place) => {
      const prefix = place.dataset.part === "header" ? "header." : "";
      const value = (name) => {
        const field = fields.get(prefix + name);
        const text = field ? field.value.trim() : "";
        return { filled: Boolean(text), text: text || (field && field.placeholder) || `{{${name}}}` };
      };
      place.replaceChildren(...written(place.dataset.words, value));
    });
    const button = form.querySelector("button:not([type=button])");
    button.disabled = "never" in button.dataset || !form.checkValidity();
  }

  // --- events --------------------------------------------------------------------------------------------------------

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.id === "write") {
      event.preventDefault();
      write(form);
    } else if (form.matches("#thread [data-live], #ask-again form")) {
      event.preventDefault();
      const dialog = form.closest("dialog");
      if ((await post(form, form.action, new FormData(form))) && dialog) dialog.close();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "write-text" || keyInReady(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("input", (event) => {
    if (event.target.closest("#fill")) return preview();
    if (event.target.id !== "write-text") return;
    grow(event.target);
    saveDraft();
    suggest();
    lastTyped = Date.now();
    if (lastTyped - lastSign > SIGN_EVERY && event.target.value.trim() && !event.target.value.startsWith("/")) {
      lastSign = lastTyped;
      sign(true);
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "attach") attach(attached());
    if (event.target.closest("#fill")) preview();
  });

  document.addEventListener("click", (event) => {
    if (!thread()) return;
    const on = (selector) => event.target.closest(selector);
    if (on("#thread-fresh")) toEnd();
    else if (on("[data-pick]")) pick();
    else if (on("[data-attach]")) byId("attach").click();
    else if (on("[data-drop]")) drop(on("[data-drop]").dataset.drop);
    else if (on("[data-answer]")) answer(on("[data-answer]"));
    else if (on("#ready [role=option]")) choose(on("#ready [role=option]"));
    else if (on("[data-ask-again]")) {
      byId("ask-again").querySelector("form").action = on("[data-ask-again]").dataset.askAgain;
      byId("ask-again").showModal();
    } else if (on("a.th-quote")) {
      const target = byId(on("a.th-quote").getAttribute("href").slice(1));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView({ block: "center", behavior: "smooth" });
      target.classList.add("th-found");
      setTimeout(() => target.classList.remove("th-found"), 2000);
    }
    document.querySelectorAll(".th-ticks[open]").forEach((one) => one.contains(event.target) || (one.open = false));
  });

  document.addEventListener("dragover", (event) => {
    if (!thread() || !byId("write") || !event.target.closest("#thread")) return;
    event.preventDefault();
    thread().classList.add("th-dragged");
  });
  document.addEventListener("dragleave", (event) => thread() && !event.relatedTarget && thread().classList.remove("th-dragged"));
  document.addEventListener("drop", (event) => {
    if (!thread() || !byId("write") || !event.target.closest("#thread")) return;
    event.preventDefault();
    thread().classList.remove("th-dragged");
    byId("attach").files = event.dataTransfer.files;
    attach(attached());
  });
  document.addEventListener("paste", (event) => {
    if (event.target.id !== "write-text" || !event.clipboardData.files.length) return;
    event.preventDefault();
    byId("attach").files = event.clipboardData.files;
    attach(attached());
  });

  // Older messages come above what is read: the place stays.
  let height = 0;
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "thread-before") height = scroller().scrollHeight - scroller().scrollTop;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (byId("picker") && byId("picker").contains(event.target)) preview();
    if (!height || !scroller()) return;
    const seen = new Set();
    byId("thread-items").querySelectorAll(".th-day").forEach((day) => (seen.has(day.id) ? day.remove() : seen.add(day.id)));
    scroller().scrollTop = scroller().scrollHeight - height;
    height = 0;
  });
  document.addEventListener("visibilitychange", () => document.hidden || look());
  window.addEventListener("online", look);
  document.addEventListener("htmx:load", () => begin());

  function begin() {
    if (!thread() || thread().dataset.begun) return;
    thread().dataset.begun = "1";
    unseen = 0;
    ready = null;
    restoreDraft();
    toEnd();
    scroller().addEventListener("scroll", () => isAtEnd() && (byId("thread-fresh").hidden = true) && (unseen = 0), {
      passive: true,
    });
    document.querySelectorAll("#thread-items img").forEach((one) => one.addEventListener("load", () => isAtEnd() && toEnd()));
    const last = [...byId("thread-items").querySelectorAll(".th-item")].pop();
    if (last && last.matches("[data-theirs]") && !document.hidden) sign(false);
    tick();
    clearTimeout(timer);
    timer = setTimeout(look, EVERY);
  }

  setInterval(() => thread() && tick(), 10000);
  window.recadoThread = begin;
  begin();
})();
