// Forms: « / » goes to the search box, a form is sent once, unsaved changes are announced, and the
// summary of errors takes the focus. Everything works without this file; it only spares people.

const SENT = "data-sent";

function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const box = document.querySelector("[data-search-shortcut]");
  if (box) {
    event.preventDefault();
    box.focus();
    box.select();
  }
});

// A menu made of <details> closes with Escape and when the focus or the pointer leaves it.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target instanceof Element && event.target.closest("details.menu-pop[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
for (const kind of ["focusin", "pointerdown"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll("details.menu-pop[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
}

// A second click is refused here; services are idempotent for those who come without script.
// Buttons keep their name and value: they are only marked, and disabled after the form was read.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.method !== "post" || event.defaultPrevented) return;
  if (form.hasAttribute(SENT)) {
    event.preventDefault();
    return;
  }
  form.setAttribute(SENT, "");
  const button = event.submitter;
  setTimeout(() => {
    for (const other of form.querySelectorAll("button[type=submit], button:not([type])")) other.setAttribute("aria-disabled", "true");
    button?.classList.add("busy");
  });
  // An answer that is a file leaves the page in place: the form must become usable again.
  setTimeout(() => release(form), 8000);
});

function release(form) {
  form.removeAttribute(SENT);
  for (const button of form.querySelectorAll("button")) {
    button.removeAttribute("aria-disabled");
    button.classList.remove("busy");
  }
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll(`form[${SENT}]`)) release(form);
});

// Forms marked data-warn-unsaved ask before the page is left with changes in it.
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-warn-unsaved]");
  if (form) changed.add(form);
});
document.addEventListener("submit", (event) => changed.delete(event.target));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-warn-unsaved]");
  if (form && event.detail.successful) changed.delete(form);
});
addEventListener("beforeunload", (event) => {
  const pending = [...changed].some((form) => form.isConnected);
  if (pending) event.preventDefault();
});

function focusErrors() {
  document.querySelector("[data-form-errors]")?.focus({ preventScroll: false });
}
focusErrors();
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.("[data-form-errors]")) focusErrors();
});

// Selects and dates of a filter form apply at once; the button stays for those without script.
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-apply-on-change]");
  if (form && event.target.matches("select, input[type=date], input[type=checkbox], input[type=radio]")) form.requestSubmit();
});
