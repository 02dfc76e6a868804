// The funding matrix: residues of rows and columns follow the fingers, in whole cents.
// The server computes them too; this only spares a round trip.

const NARROW = "\u202f";

// Cents of « 12 345,67 », or null when it cannot be read: no float ever holds an amount.
export function parseCents(text) {
  const clean = text.replace(/[\s\u00a0\u202f€]/g, "").replace("\u2212", "-").replace(".", ",");
  if (clean === "") return 0;
  const match = /^(-?)(\d{1,13})(?:,(\d{1,2}))?$/.exec(clean);
  if (!match) return null;
  const cents = Number(match[2]) * 100 + Number((match[3] ?? "0").padEnd(2, "0"));
  return match[1] ? -cents : cents;
}

export function formatCents(cents) {
  const absolute = Math.abs(cents);
  const whole = String(Math.trunc(absolute / 100)).replace(/\B(?=(\d{3})+$)/g, NARROW);
  return `${cents < 0 ? "\u2212" : ""}${whole},${String(absolute % 100).padStart(2, "0")}\u00a0€`;
}

function total(inputs) {
  let sum = 0;
  for (const input of inputs) {
    const cents = parseCents(input.value);
    if (cents === null) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    if (cents === null || sum === null) sum = null;
    else sum += cents;
  }
  return sum;
}

function show(output, residue, unreadable) {
  output.textContent = residue === null ? unreadable : formatCents(residue);
  output.classList.toggle("zero", residue === 0);
  output.classList.toggle("off", residue !== 0);
}

function update(table) {
  const unreadable = table.dataset.unreadable ?? "?";
  let balanced = true;
  const planned = [];
  for (const row of table.querySelectorAll("[data-row]")) {
    const input = row.querySelector("[data-planned]");
    const target = input ? parseCents(input.value) : Number(row.dataset.targetCents);
    planned.push(target);
    const sum = total(row.querySelectorAll("[data-cell]"));
    const residue = target === null || sum === null ? null : target - sum;
    balanced = balanced && residue === 0;
    show(row.querySelector("[data-row-residue]"), residue, unreadable);
  }
  for (const output of table.querySelectorAll("[data-column-residue]")) {
    const cells = table.querySelectorAll(`[data-cell][data-column="${CSS.escape(output.dataset.columnResidue)}"]`);
    const sum = total(cells);
    const residue = sum === null ? null : Number(output.dataset.targetCents) - sum;
    balanced = balanced && residue === 0;
    show(output, residue, unreadable);
  }
  const grand = table.querySelector("[data-planned-residue]");
  if (grand) {
    const sum = planned.includes(null) ? null : planned.reduce((a, b) => a + b, 0);
    const residue = sum === null ? null : Number(grand.dataset.targetCents) - sum;
    balanced = balanced && residue === 0;
    show(grand, residue, unreadable);
  }
  const verdict = document.getElementById(table.dataset.verdict ?? "");
  if (verdict) {
    const words = balanced ? verdict.dataset.balanced : verdict.dataset.unbalanced;
    if (verdict.textContent !== words) verdict.textContent = words;
    verdict.className = balanced ? "badge good" : "badge warn";
  }
}

for (const table of document.querySelectorAll("[data-matrix]")) {
  table.addEventListener("input", () => update(table));
  update(table);
}
