// The strip beside the phones: which business, who wrote lately, what goes wrong, accounts.

import { element } from "./bubbles.js";

const PRESETS = [
  ["Envio: aceita e não responde", { on: "messages", fault: "timeout_after" }],
  ["Envio: não responde nem aceita", { on: "messages", fault: "timeout_before" }],
  ["Envio: conexão cai depois de aceitar", { on: "messages", fault: "reset_after" }],
  ["Envio: conexão cai antes de aceitar", { on: "messages", fault: "reset_before" }],
  ["Envio: erro interno da Meta (500)", { on: "messages", fault: "http_500" }],
  ["Envio: resposta lenta, 3 s", { on: "messages", fault: "slow", delay_ms: 3000 }],
  ["Envio: aceita, mas depois falha (131026)", { on: "messages", fault: "status_failed", code: 131026 }],
  ["Envio: limite de vazão (130429)", { on: "messages", fault: "error", code: 130429 }],
  ["Envio: token recusado (190)", { on: "messages", fault: "error", code: 190 }],
  ["Envio: modelo pausado (132015)", { on: "messages", fault: "error", code: 132015 }],
  ["Modelos: erro interno da Meta (500)", { on: "templates", fault: "http_500" }],
  ["Mídia: erro interno da Meta (500)", { on: "media", fault: "http_500" }],
  ["Avisos: um se perde", { on: "webhook", fault: "drop" }],
  ["Avisos: chega duas vezes", { on: "webhook", fault: "duplicate" }],
  ["Avisos: atrasa 5 s", { on: "webhook", fault: "delay", delay_ms: 5000 }],
  ["Avisos: fora de ordem", { on: "webhook", fault: "reorder" }],
  ["Avisos: vários em um só", { on: "webhook", fault: "batch" }],
];
const FAULT_KEYS = ["on", "fault", "code", "delay_ms"];
const at = (id) => document.getElementById(id);

export async function call(method, path, body) {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(`/sim/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? `erro ${response.status}`);
  return answer;
}

// The control whose options or entries did not change is left alone, so that nothing jumps under a pointer.
function once(key, node, value, draw) {
  const text = JSON.stringify(value);
  if (node.dataset[key] === text) return;
  node.dataset[key] = text;
  draw();
}

function drawNumbers(state) {
  const select = at("number");
  const none = element("option", "", "Nenhuma conta ainda");
  once("shown", select, [state.numbers, state.number], () => {
    const options = state.numbers.map((number) => {
      const option = element("option", "", `${number.name} · ${number.display}`);
      option.value = number.id;
      option.selected = number.id === state.number;
      return option;
    });
    select.replaceChildren(...(options.length ? options : [none]));
  });
}

function drawRecent(state, open) {
  at("recent-box").hidden = !state.recent.length;
  once("shown", at("recent"), [state.recent, state.phones.map((phone) => phone.phone)], () => {
    const shown = new Set(state.phones.map((phone) => phone.phone));
    at("recent").replaceChildren(
      ...state.recent.slice(0, 6).map((person) => {
        const button = element("button", "", element("strong", "", person.name), element("span", "", `+${person.phone}`));
        button.type = "button";
        button.setAttribute("aria-pressed", shown.has(person.phone));
        button.addEventListener("click", () => open(person.phone));
        return element("li", "", button);
      }),
    );
    at("people").replaceChildren(
      ...state.recent.map((person) => Object.assign(element("option", "", person.name), { value: person.phone })),
    );
  });
}

function sentence(fault) {
  const same = (known) => FAULT_KEYS.every((key) => known[key] === undefined || known[key] === fault[key]);
  const preset = PRESETS.find(([, known]) => same(known));
  const rest = fault.times - fault.applied;
  const left = fault.times === null ? "até remover" : rest === 1 ? "mais uma vez" : `mais ${rest} vezes`;
  return `${preset ? preset[0] : `${fault.on}: ${fault.fault}`}, ${left}`;
}

function drawApp(state) {
  const number = state.numbers.find((one) => one.id === state.number);
  at("app-box").hidden = !number;
  once("shown", at("app-box"), [number?.id, number?.phone_app], () => {
    at("app-state").textContent = number.phone_app
      ? "O número é usado no celular da empresa e na API ao mesmo tempo."
      : "O número é usado só na API.";
    at("app-share").textContent = number.phone_app ? "Tirar do celular" : "Usar também no celular";
    at("app-acts").hidden = !number.phone_app;
  });
}

function drawFaults(state) {
  once("shown", at("faults"), state.faults, () => {
    at("faults").replaceChildren(...state.faults.map((fault) => element("li", "", sentence(fault))));
    at("clear-faults").hidden = !state.faults.length;
    at("fault-count").hidden = !state.faults.length;
    at("fault-count").textContent = state.faults.length;
  });
}

function drawTrouble(state) {
  const { late, trouble } = state.webhooks;
  at("trouble").hidden = !late;
  const answer = /^\d+$/.test(trouble) ? `respondeu ${trouble}` : "não respondeu";
  const count = late === 1 ? "1 aviso espera" : `${late} avisos esperam`;
  at("trouble").textContent = late ? `${count}: o Recado ${answer}. O simulador tenta de novo sozinho.` : "";
}

async function drawAccounts() {
  const accounts = await call("GET", "accounts");
  at("accounts").replaceChildren(
    ...accounts.map((account) => {
      const numbers = account.numbers.map((number) => `${number.display_phone_number} (${number.phone_number_id})`);
      const facts = element("dl", "");
      for (const [name, value] of [["WABA", account.waba_id], ["Número", numbers.join(", ")], ["Token", account.token]])
        facts.append(element("dt", "", name), element("dd", "", value));
      return element("li", "", element("strong", "", account.name), facts);
    }),
  );
}

export function draw(state, open) {
  drawNumbers(state);
  drawRecent(state, open);
  drawApp(state);
  drawFaults(state);
  drawTrouble(state);
  at("console").href = state.console_url;
}

function formCalls(form, act, after) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const first = form.querySelector("input, select");
    try {
      await act(new FormData(form));
      first.setCustomValidity("");
      after();
    } catch (error) {
      first.setCustomValidity(error.message);
      first.reportValidity();
      first.addEventListener("input", () => first.setCustomValidity(""), { once: true });
    }
  });
}

function setUpApp(refresh) {
  const tell = (path, body) => call("POST", `phone-app/${at("number").value}${path}`, body);
  at("app-share").addEventListener("click", () => tell("", { shared: at("app-acts").hidden }).then(refresh));
  at("app-book").addEventListener("click", () => tell("/contacts", {}));
  formCalls(
    at("history-form"),
    (form) =>
      tell("/history", {
        now: true,
        messages: Number(form.get("messages")),
        chunks: Number(form.get("chunks")),
        shuffled: form.has("shuffled"),
        repeated: form.has("repeated") ? 3 : 0,
        declined: form.has("declined"),
      }),
    refresh,
  );
}

export function setUp(onNumber, refresh) {
  setUpApp(refresh);
  at("preset").append(
    ...PRESETS.map(([name], index) => Object.assign(element("option", "", name), { value: index })),
  );
  at("number").addEventListener("change", (event) => onNumber(event.target.value));
  formCalls(
    at("fault-form"),
    (form) => call("POST", "faults", { ...PRESETS[form.get("preset")][1], times: Number(form.get("times")) || null }),
    refresh,
  );
  formCalls(
    at("account-form"),
    (form) => call("POST", "accounts", { name: form.get("name"), numbers: [{ display_phone_number: form.get("display") }] }),
    () => {
      at("account-form").reset();
      drawAccounts();
      refresh();
    },
  );
  at("clear-faults").addEventListener("click", () => call("DELETE", "faults").then(refresh));
  at("reset").addEventListener("click", () => {
    if (window.confirm("Apagar todas as conversas e falhas? Contas, tokens e modelos ficam."))
      call("POST", "reset", {}).then(refresh);
  });
  drawAccounts();
}
