// What htmx did not manage to do is said in words; each answer saved by itself shows when it was saved. Texts come from the page (data-* of #messages) so that they are translated.

const STATUS = "[data-save-status]";
const texts = document.getElementById("messages")?.dataset ?? {};

function statusOf(element) {
  return element.closest("[data-autosave]")?.querySelector(STATUS);
}

function say(status, text, state) {
  status.textContent = text;
  status.classList.toggle("waiting", state === "waiting");
  status.classList.toggle("failed", state === "failed");
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const status = statusOf(event.target);
  if (status) say(status, texts.saving ?? "", "waiting");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const status = statusOf(event.target);
  if (!status || !event.detail.successful || !status.classList.contains("waiting")) return;
  const now = new Date();
  const time = `${now.getHours()} h ${String(now.getMinutes()).padStart(2, "0")}`;
  say(status, (texts.saved ?? "").replace("{time}", time), "done");
});

function failed(event, text, unsaved = texts.unsaved) {
  const status = statusOf(event.target);
  if (status) say(status, unsaved ?? text, "failed");
  toast(text, event.detail.requestConfig?.elt ?? event.target);
}

document.addEventListener("htmx:responseError", (event) => {
  const code = event.detail.xhr.status;
  // A rule of the programme refused: its reason is all there is to say, and trying again is no use.
  if (code === 409 && event.detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/plain")) {
    failed(event, event.detail.xhr.responseText, event.detail.xhr.responseText);
    return;
  }
  const reference = event.detail.xhr.getResponseHeader("X-Request-ID");
  let text = texts.error ?? "";
  if (code === 403) text = texts.forbidden ?? text;
  if (code === 429) text = texts.busy ?? text;
  failed(event, reference ? `${text} (${reference})` : text);
});
document.addEventListener("htmx:sendError", (event) => failed(event, texts.offline ?? ""));
document.addEventListener("htmx:timeout", (event) => failed(event, texts.offline ?? ""));

function toast(text, source) {
  let area = document.querySelector(".toasts");
  if (!area) {
    area = document.createElement("div");
    area.className = "toasts";
    area.setAttribute("role", "alert");
    document.body.append(area);
  }
  // Polling may fail many times: one notice is enough.
  if ([...area.children].some((item) => item.dataset.text === text)) return;
  const item = document.createElement("div");
  item.className = "toast";
  item.dataset.text = text;
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = texts.close ?? "";
  close.addEventListener("click", () => {
    item.remove();
    if (source.isConnected) source.focus?.();
  });
  item.append(words, close);
  area.append(item);
}
