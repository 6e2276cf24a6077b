// Two customers' phones: they poll the simulator's state and write to it as the customer.

import { bubble, element } from "./bubbles.js";
import { call, draw, setUp } from "./strip.js";

const POLL_MS = 900;
const NEAR_BOTTOM = 120;
const DAY_MS = 86400000;
const address = new URLSearchParams(location.search);
const chosen = { number: address.get("number") ?? "", phones: (address.get("phones") ?? "").split(",").filter(Boolean) };

function pretty(phone) {
  const brazil = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(phone);
  return brazil ? `+55 (${brazil[1]}) ${brazil[2]}-${brazil[3]}` : `+${phone}`;
}

function dayName(at, now) {
  const day = new Date(at * 1000);
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(new Date(now * 1000)) - midnight(day)) / DAY_MS);
  return ["Hoje", "Ontem"][days] ?? day.toLocaleDateString("pt-BR");
}

class Phone {
  constructor(onChange) {
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.chat = this.find(".chat");
    this.nodes = new Map();
    this.messages = [];
    this.find(".composer").addEventListener("submit", (event) => this.submit(event));
    this.find(".attach input").addEventListener("change", (event) => this.attach(event.target));
    this.find(".who").addEventListener("submit", (event) => event.preventDefault());
    this.find(".who-phone").addEventListener("change", (event) => onChange(event.target.value.replace(/\D/g, "")));
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  show(person, business, now) {
    if (person.phone !== this.phone) this.empty();
    const changed = person.phone !== this.phone || business?.id !== this.business?.id;
    Object.assign(this, { phone: person.phone, business });
    const input = this.find(".who-phone");
    if (changed && document.activeElement !== input) input.value = pretty(person.phone);
    this.find(".who-name").textContent = person.name;
    this.find(".business").textContent = business?.name ?? "Nenhuma empresa ainda";
    this.find(".avatar").textContent = (business?.name ?? "?").slice(0, 1);
    this.find(".as-app").hidden = !business?.phone_app;
    this.find(".presence").textContent = person.typing ? "digitando…" : (business?.display ?? "");
    this.find(".presence").classList.toggle("typing", person.typing);
    this.draw(person.messages, now);
  }

  empty() {
    this.chat.replaceChildren();
    this.nodes.clear();
    this.messages = [];
    this.settled = false;
  }

  // Bubbles that did not change stay as they are; the view follows the newest only if it was already there.
  draw(messages, now) {
    const follows = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < NEAR_BOTTOM;
    const key = JSON.stringify([messages, this.business?.phone_app]);
    if (this.key === key && this.chat.childElementCount) return;
    this.key = key;
    this.messages = messages.map((message) => ({ ...message, business: this.business?.name ?? "" }));
    this.chat.replaceChildren(...this.entries(now));
    this.settled = true;
    if (follows) this.follow();
  }

  // A picture that is still loading pushes the end down: go there again once it has its height.
  follow() {
    const down = () => (this.chat.scrollTop = this.chat.scrollHeight);
    down();
    for (const image of this.chat.querySelectorAll("img"))
      if (!image.complete) image.addEventListener("load", down, { once: true });
  }

  entries(now) {
    const notice = element("p", "notice", "As mensagens deste telefone ficam só no simulador.");
    const entries = [notice];
    let day = "";
    for (const message of this.messages.filter((one) => one.kind !== "reaction")) {
      const name = dayName(message.at, now);
      if (name !== day) entries.push(element("p", "day", name));
      day = name;
      entries.push(this.node(message));
    }
    return entries;
  }

  node(message) {
    const reactions = this.messages.filter((one) => one.kind === "reaction" && one.target === message.wamid);
    const key = JSON.stringify([message, reactions, this.business?.phone_app]);
    const known = this.nodes.get(message.wamid);
    if (known?.key === key) return known.node;
    const node = bubble(message, {
      find: (wamid) => this.messages.find((one) => one.wamid === wamid),
      onPress: ({ text, payload }) => this.write({ type: "button", title: text, payload, reply_to: message.wamid }),
      onList: (list) => this.openList(list, message.wamid),
      ...this.changes(message),
    });
    const last = reactions.at(-1);
    if (last?.text) node.append(element("span", "reaction", last.text));
    if (!known && this.settled) {
      node.classList.add("fresh");
      node.addEventListener("animationend", () => node.classList.remove("fresh"), { once: true });
    }
    this.nodes.set(message.wamid, { key, node });
    return node;
  }

  // Only a number that the phone app shares tells edits and deletions: the customer's, and what the app wrote.
  changes(message) {
    if (!this.business?.phone_app || !(message.mine || message.app)) return {};
    const change = (kind, text) =>
      message.app
        ? this.writeInApp({ [kind]: message.wamid, text })
        : this.write({ type: kind, [kind]: { original_message_id: message.wamid, message: { type: "text", text: { body: text } } } });
    return {
      onEdit: () => {
        const text = window.prompt("O que deve ficar escrito?", message.text);
        if (text?.trim()) change("edit", text);
      },
      onRevoke: () => change("revoke", ""),
    };
  }

  get isInApp() {
    return Boolean(this.business?.phone_app) && this.find(".as-app input").checked;
  }

  openList(list, wamid) {
    const sheet = this.find(".sheet");
    const close = () => (sheet.hidden = true);
    const choose = (row) => {
      close();
      const reply = { type: "list_reply", list_reply: row };
      this.write({ type: "interactive", interactive: reply, reply_to: wamid });
    };
    const parts = list.sections.flatMap((section) => [
      ...(section.title ? [element("h3", "", section.title)] : []),
      ...section.rows.map((row) => {
        const button = element("button", "row", element("strong", "", row.title));
        if (row.description) button.append(element("span", "", row.description));
        button.type = "button";
        button.addEventListener("click", () => choose(row));
        return button;
      }),
    ]);
    const shut = element("button", "shut", "Fechar");
    shut.type = "button";
    shut.addEventListener("click", close);
    sheet.replaceChildren(element("div", "sheet-body", element("h2", "", list.button), ...parts, shut));
    sheet.onclick = (event) => event.target === sheet && close();
    sheet.onkeydown = (event) => event.key === "Escape" && close();
    sheet.hidden = false;
    sheet.querySelector("button").focus();
  }

  submit(event) {
    event.preventDefault();
    const words = this.find(".composer .words");
    if (!words.value.trim()) return;
    if (this.isInApp) this.writeInApp({ text: words.value });
    else this.write({ type: "text", text: words.value });
    words.value = "";
  }

  attach(input) {
    const [file] = input.files;
    if (!file) return;
    const reader = new FileReader();
    reader.onload = () => {
      const kind = ["image", "audio", "video"].find((one) => file.type.startsWith(one)) ?? "document";
      const content = { data: reader.result.split(",")[1], mime_type: file.type };
      const message = { type: kind, [kind]: kind === "document" ? { ...content, filename: file.name } : content };
      if (this.isInApp) this.writeInApp(message);
      else this.write(message);
      input.value = "";
    };
    reader.readAsDataURL(file);
  }

  write(message) {
    const age = Number(document.getElementById("moment").value);
    const when = age ? { timestamp: Math.floor(Date.now() / 1000) - age } : {};
    return this.post(`customers/${this.phone}/messages`, { ...message, ...when, to: this.business?.id });
  }

  writeInApp(message) {
    return this.post(`phone-app/${this.business.id}/messages`, { ...message, to: this.phone });
  }

  async post(path, message) {
    try {
      await call("POST", path, message);
      this.chat.scrollTop = this.chat.scrollHeight;
      await poll();
    } catch (error) {
      this.complain(error.message);
    }
  }

  complain(words) {
    const toast = this.find(".toast");
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (toast.hidden = true), 5000);
  }
}

const phones = [0, 1].map((index) => new Phone((phone) => choose(index, phone)));
document.getElementById("phones").append(...phones.map((phone) => phone.root));

function remember() {
  const query = new URLSearchParams({ number: chosen.number, phones: chosen.phones.join(",") });
  history.replaceState(null, "", `?${query}`);
}

function choose(index, phone) {
  const others = chosen.phones.filter((one, place) => place !== index && one !== phone);
  if (phone.length < 8) return poll();
  chosen.phones = index === 0 ? [phone, ...others] : [...others, phone];
  remember();
  return poll();
}

async function poll() {
  const query = new URLSearchParams({ number: chosen.number, phones: chosen.phones.join(",") });
  const state = await call("GET", `state?${query}`);
  // From the first answer on each phone stays whose it is; before a business exists nothing is settled.
  if (state.number) chosen.phones = state.phones.map((person) => person.phone);
  const business = state.numbers.find((number) => number.id === state.number);
  state.phones.forEach((person, index) => phones[index].show(person, business, state.now));
  draw(state, (phone) => (chosen.phones.includes(phone) ? null : choose(0, phone)));
}

async function keepPolling() {
  if (!document.hidden) await poll().catch(() => phones.forEach((phone) => phone.complain("O simulador não responde.")));
  setTimeout(keepPolling, POLL_MS);
}

setUp(
  (number) => {
    chosen.number = number;
    remember();
    poll();
  },
  () => poll(),
);
keepPolling();
