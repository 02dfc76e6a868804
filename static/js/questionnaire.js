// A questionnaire: « Aucun » and « Sans objet » untick the rest as they are ticked, and a section that
// saved itself is not sent again when it is left. The server settles the same things without this file.

const form = document.querySelector("form[data-questionnaire]");

// Capture: what htmx sends must already be settled.
form?.addEventListener("change", (event) => {
  const input = event.target;
  const question = input.closest("[data-autosave]");
  if (!question) return;
  question.dataset.dirty = "";
  if (!input.checked) return;
  const isNotApplicable = input.matches("[data-not-applicable]");
  for (const other of question.querySelectorAll("fieldset input:checked")) {
    if (other === input) continue;
    const exclusive = input.matches("[data-exclusive]") || other.matches("[data-exclusive]");
    const sameBoxes = input.type === "checkbox" && other.name === input.name && exclusive;
    if (isNotApplicable || other.matches("[data-not-applicable]") || sameBoxes) other.checked = false;
  }
  if (isNotApplicable) {
    for (const text of question.querySelectorAll("fieldset input[type=text], fieldset input[type=date], fieldset textarea")) text.value = "";
  }
}, true);

form?.addEventListener("input", (event) => {
  const question = event.target.closest("[data-autosave]");
  if (!question) return;
  question.dataset.dirty = "";
  const box = question.querySelector("[data-not-applicable]");
  if (box?.checked && event.target.matches("input[type=text], fieldset textarea") && event.target.value) box.checked = false;
}, true);

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches?.("[data-autosave]")) delete event.target.dataset.dirty;
});
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const question = event.target.closest?.("[data-autosave]");
    if (question) question.dataset.dirty = "";
  });
}

// « vu » names the questions this page sends. One that is saved stays out, so that leaving the page does
// not write over what another tab answered meanwhile.
form?.addEventListener("submit", () => {
  for (const question of form.querySelectorAll("[data-autosave]")) {
    const refused = question.querySelector("[data-save-status].failed");
    const seen = question.querySelector("input[name=vu]");
    if (seen) seen.disabled = !("dirty" in question.dataset) && !refused;
  }
});
addEventListener("pageshow", () => {
  for (const seen of form?.querySelectorAll("input[name=vu]") ?? []) seen.disabled = false;
});
