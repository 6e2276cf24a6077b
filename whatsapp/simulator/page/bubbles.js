// One message of a chat as a bubble. Everything is built from nodes: no text ever becomes markup.

const SVG = "http://www.w3.org/2000/svg";
const TICKS = {
  sent: ["M4.5 9.2l3.2 3.2 6.6-7"],
  delivered: ["M1.5 9.2l3.2 3.2 6.6-7", "M7.6 12l.5.4 6.6-7"],
  read: ["M1.5 9.2l3.2 3.2 6.6-7", "M7.6 12l.5.4 6.6-7"],
};
const TICK_WORDS = { sent: "Enviada", delivered: "Entregue", read: "Lida" };
const ICONS = {
  reply: "M9 7L4 12l5 5M4 12h9c4 0 7 2 7 6",
  quick: "M9 7L4 12l5 5M4 12h9c4 0 7 2 7 6",
  url: "M13 5h6v6M19 5l-8 8M9 6H5v13h13v-4",
  phone: "M6 3h3l2 5-2.5 1.8a12 12 0 005.7 5.7L16 13l5 2v3a3 3 0 01-3 3C10 21 3 14 3 6a3 3 0 013-3z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  file: "M6 3h8l4 4v14H6zM14 3v5h4",
  other: "M5 12h14",
};
const MARKS = { "*": "strong", _: "em", "~": "s" };
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]/;
const FORMAT = /```([\s\S]+?)```|([*_~])(?=\S)([^\n]*?\S)\2(?![\p{L}\p{N}])/u;

export function element(name, className = "", ...children) {
  const node = document.createElement(name);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export function icon(path, className = "icon") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  for (const d of [path].flat()) {
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", d);
    svg.append(line);
  }
  return svg;
}

// WhatsApp's own marks (*bold*, _italic_, ~struck~, ```mono```) and links, as nodes.
function formatted(text) {
  const link = LINK.exec(text);
  if (link) {
    const anchor = element("a", "", link[0]);
    Object.assign(anchor, { href: link[0], target: "_blank", rel: "noreferrer" });
    return [...formatted(text.slice(0, link.index)), anchor, ...formatted(text.slice(link.index + link[0].length))];
  }
  const mark = FORMAT.exec(text);
  if (!mark) return text ? [text] : [];
  const inner = mark[1] === undefined ? element(MARKS[mark[2]], "", ...formatted(mark[3])) : element("code", "", mark[1]);
  return [...formatted(text.slice(0, mark.index)), inner, ...formatted(text.slice(mark.index + mark[0].length))];
}

export function clock(at) {
  return new Date(at * 1000).toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });
}

function ticks(name) {
  const svg = icon(TICKS[name], `ticks ${name}`);
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.removeAttribute("aria-hidden");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", TICK_WORDS[name]);
  return svg;
}

function media(part) {
  if (part.type === "image" || part.type === "sticker") {
    const image = element("img", part.type);
    Object.assign(image, { src: part.url, alt: part.type === "image" ? "Foto" : "Figurinha" });
    return image;
  }
  const names = { document: "Documento", audio: "Áudio", video: "Vídeo", location: "Localização" };
  const link = element("a", "file", icon(ICONS.file), part.filename || names[part.type] || part.type);
  if (part.url) Object.assign(link, { href: part.url, target: "_blank", rel: "noreferrer" });
  return link;
}

function header(part) {
  if (part.type !== "text") return media(part);
  return element("p", "head", ...formatted(part.text));
}

function quote(message, answered) {
  const words = answered ? (answered.header?.text || answered.text || "Mensagem") : "Mensagem";
  const box = element("div", "quote");
  box.append(element("strong", "", message.business), element("span", "", words.split("\n")[0]));
  return box;
}

function button(part, onPress) {
  if (part.type === "url" || part.type === "phone") {
    const link = element("a", "action", icon(ICONS[part.type]), part.text);
    Object.assign(link, { href: part.url, target: "_blank", rel: "noreferrer" });
    return link;
  }
  const press = element("button", "action", icon(ICONS[part.type] ?? ICONS.other), part.text);
  press.type = "button";
  press.disabled = part.type === "other";
  press.addEventListener("click", () => onPress(part));
  return press;
}

function cards(parts, onPress) {
  const row = element("div", "cards", ...parts.map((part) => card(part, onPress)));
  Object.assign(row, { tabIndex: 0, role: "group", ariaLabel: "Cartões" });
  return row;
}

function card(part, onPress) {
  const box = element("div", "card");
  if (part.header) box.append(header(part.header));
  if (part.text) box.append(element("p", "words", ...formatted(part.text)));
  box.append(element("div", "actions", ...part.buttons.map((one) => button(one, onPress))));
  return box;
}

function changes(acts) {
  const bar = element("div", "changes");
  for (const [name, act] of acts) {
    const press = element("button", "", name);
    press.type = "button";
    press.addEventListener("click", act);
    bar.append(press);
  }
  return bar;
}

// `find` gives a message of the chat by its wamid; `onPress` and `onList` are told what the customer touches, `onEdit`
// and `onRevoke` (where the author may) that the message is changed or taken back.
export function bubble(message, { find, onPress, onList, onEdit, onRevoke }) {
  const box = element("article", `bubble ${message.mine ? "mine" : "theirs"} ${message.kind}`);
  if (message.reply_to) box.append(quote(message, find(message.reply_to)));
  if (message.header) box.append(header(message.header));
  if (message.media) box.append(media(message.media));
  if (message.text) box.append(element("p", "words", ...formatted(message.text)));
  if (message.footer) box.append(element("p", "foot", ...formatted(message.footer)));
  const at = clock(message.at);
  const time = message.edited ? element("span", "time edited", `editada ${at}`) : element("span", "time", at);
  if (message.tick) time.append(ticks(message.tick));
  box.append(time);
  if (onEdit && message.kind === "text") box.append(changes([["Editar", onEdit], ["Apagar", onRevoke]]));
  const actions = (message.buttons ?? []).map((part) => button(part, onPress));
  if (message.list) actions.push(button({ type: "list", text: message.list.button }, () => onList(message.list)));
  if (actions.length) box.append(element("div", "actions", ...actions));
  if (message.cards?.length) box.append(cards(message.cards, onPress));
  return box;
}
