// Meta's signup window, played: a business is chosen or made, the page that opened it is told.
"use strict";

const query = new URLSearchParams(location.search);
const extras = JSON.parse(query.get("extras") || "{}");
const feature = extras.featureType || "";
const form = document.getElementById("form");
const say = (id, text) => (document.getElementById(id).textContent = text);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

say("title", feature ? "Conectar o aplicativo WhatsApp Business" : "Conectar um número novo");
say("lead", feature ? "No aparelho, a empresa lê um código e confirma. Aqui basta escolher a conta." : "A empresa escolhe a conta e confirma o número por SMS. Aqui basta escolher.");

function tellEvent(event) {
  window.opener.postMessage(JSON.stringify(event), "*");
}

function tellCode(code) {
  window.opener.postMessage({ sdk: "login", code }, "*");
}

function refuse(data) {
  tellEvent({ type: "WA_EMBEDDED_SIGNUP", event: "CANCEL", version: "3", data });
  tellCode(null);
  window.close();
}

async function agree() {
  const [waba, number] = form.account.value.split(":");
  const body = {
    app_id: query.get("app_id"),
    config_id: query.get("config_id"),
    feature,
    waba_id: waba || undefined,
    phone_number_id: number,
    name: form.name.value,
    phone: form.phone.value,
    scopes: [...form.querySelectorAll("[name=scope]:checked")].map((box) => box.value),
    expires_in_days: Number(form.days.value),
    age: Number(form.age.value),
  };
  const answer = await fetch("/sim/signup", { method: "POST", body: JSON.stringify(body) });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error.message);
  return told;
}

form.addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const trouble = document.getElementById("trouble");
  try {
    const { code, event } = await agree();
    const order = form.order.value;
    if (order === "event") tellEvent(event);
    tellCode(code);
    await pause(order === "code" ? 1500 : 50);
    if (order === "code") tellEvent(event);
    window.close();
  } catch (error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
  }
});

document.getElementById("cancel").addEventListener("click", () => refuse({ current_step: "PHONE_NUMBER_SETUP" }));
document.getElementById("report").addEventListener("click", () =>
  refuse({
    error_message: "Your verified name violates WhatsApp guidelines. Please edit your verified name and try again.",
    error_code: "524126",
    session_id: "f34b51dab5e0498",
    timestamp: String(Math.floor(Date.now() / 1000)),
  }),
);

form.account.addEventListener("change", () => (document.getElementById("new").hidden = Boolean(form.account.value)));

fetch("/sim/accounts")
  .then((answer) => answer.json())
  .then((accounts) => {
    for (const account of accounts) {
      for (const number of account.numbers) {
        const label = `${account.name} · ${number.display_phone_number}`;
        form.account.add(new Option(label, `${account.waba_id}:${number.phone_number_id}`));
      }
    }
  });
