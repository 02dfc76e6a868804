// The board of an action plan: drag a card with the mouse, its handle with a finger or a pen, or lift it with
// Space and choose a column with the arrows. Each fills in the form that is on every card, so that without
// this file nothing is missing.

const board = document.querySelector("[data-board]");
let dragged = null;
let lifted = null;
let touched = null;
let carried = false;

const SLOP = 6; // pixels below which a finger that rests is not one that drags
const EDGE = 72; // pixels from the window's edge where the page scrolls under the finger
const SPEED = 12; // pixels scrolled by frame there

const columns = () => [...board.querySelectorAll("[data-column]")];
const columnOf = (element) => element.closest("[data-column]");
const words = (name, values) => (board.dataset[name] ?? "").replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");

function say(name, values = {}) {
  const status = board.querySelector("[data-board-status]");
  if (status) status.textContent = words(name, values);
}

function mark(column) {
  for (const each of columns()) each.classList.toggle("target", each === column);
}

// A state that asks why opens the card's form instead of sending it.
function move(card, column) {
  mark(null);
  if (!column || column === columnOf(card)) return;
  const form = card.querySelector("form");
  form.elements.status.value = column.dataset.column;
  if ("needsReason" in column.dataset && !form.elements.reason.value) {
    card.querySelector("[data-move]").open = true;
    form.elements.reason.focus();
    say("reason");
    return;
  }
  say("dropped", { title: card.dataset.title, column: column.dataset.label });
  board.dataset.focus = card.dataset.card;
  form.requestSubmit();
}

function drop() {
  lifted?.card.removeAttribute("data-lifted");
  lifted = null;
}

function showHandles() {
  for (const handle of board.querySelectorAll("[data-handle]")) handle.hidden = false;
}

// A finger: the mouse's drag does not exist for it, and on a telephone the columns stand below each other.

function columnAt(x, y) {
  return columns().find((column) => {
    const box = column.getBoundingClientRect();
    return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  });
}

function touch(event) {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.pointerType === "mouse" || !event.isPrimary || touched) return;
  const card = handle.closest("[data-card]");
  // A long press would start the browser's own drag, which cancels the pointer.
  card.draggable = false;
  handle.setPointerCapture(event.pointerId);
  const place = { startX: event.clientX, startY: event.pageY, x: event.clientX, y: event.clientY };
  touched = { card, handle, pointer: event.pointerId, moving: false, ...place };
}

function follow(event) {
  if (event.pointerId !== touched?.pointer) return;
  touched.x = event.clientX;
  touched.y = event.clientY;
  const away = Math.hypot(touched.x - touched.startX, touched.y + window.scrollY - touched.startY);
  if (touched.moving || away < SLOP) return;
  touched.moving = true;
  touched.card.setAttribute("data-dragged", "");
  say("lifted", { title: touched.card.dataset.title, column: columnOf(touched.card).dataset.label });
  requestAnimationFrame(carry);
}

// One frame: scroll near an edge, keep the card under the finger, show where it would fall.
function carry() {
  if (!touched) return;
  const { card, x, y, startX, startY } = touched;
  if (y < EDGE) window.scrollBy(0, -SPEED);
  else if (y > window.innerHeight - EDGE) window.scrollBy(0, SPEED);
  card.style.translate = `${x - startX}px ${y + window.scrollY - startY}px`;
  mark(columnAt(x, y));
  requestAnimationFrame(carry);
}

function release(event) {
  if (event.pointerId !== touched?.pointer) return;
  const { card, moving, x, y } = touched;
  touched = null;
  card.draggable = true;
  card.style.translate = "";
  card.removeAttribute("data-dragged");
  if (!moving) return;
  // A pen's release also clicks on the handle, at once: what was carried must not open its form.
  carried = true;
  setTimeout(() => (carried = false));
  const column = event.type === "pointerup" ? columnAt(x, y) : null;
  move(card, column);
  if (!column) say("cancelled");
}

if (board) {
  showHandles();

  board.addEventListener("pointerdown", touch);
  board.addEventListener("pointermove", follow);
  board.addEventListener("pointerup", release);
  board.addEventListener("pointercancel", release);

  board.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-card]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.title);
  });
  board.addEventListener("dragover", (event) => {
    const column = columnOf(event.target);
    if (!dragged || !column) return;
    event.preventDefault();
    mark(column);
  });
  board.addEventListener("drop", (event) => {
    const column = columnOf(event.target);
    if (!dragged || !column) return;
    event.preventDefault();
    move(dragged, column);
  });
  board.addEventListener("dragend", () => {
    dragged = null;
    mark(null);
  });

  board.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.("[data-handle]");
    if (!handle) return;
    const card = handle.closest("[data-card]");
    if (!lifted && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      lifted = { card, column: columnOf(card) };
      card.setAttribute("data-lifted", "");
      mark(lifted.column);
      say("lifted", { title: card.dataset.title, column: lifted.column.dataset.label });
    } else if (lifted && ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(event.key)) {
      event.preventDefault();
      const all = columns();
      const step = event.key === "ArrowLeft" || event.key === "ArrowUp" ? -1 : 1;
      lifted.column = all[(all.indexOf(lifted.column) + step + all.length) % all.length];
      mark(lifted.column);
      lifted.column.scrollIntoView({ block: "nearest" });
      say("over", { column: lifted.column.dataset.label });
    } else if (lifted && (event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      const { column } = lifted;
      drop();
      move(card, column);
    } else if (lifted && event.key === "Escape") {
      drop();
      mark(null);
      say("cancelled");
    }
  });
  // With the mouse, or a screen reader that presses the button, the card's own form opens.
  board.addEventListener("click", (event) => {
    const card = event.target.closest?.("[data-handle]")?.closest("[data-card]");
    if (!card || carried) return;
    card.querySelector("[data-move]").open = true;
    card.querySelector("form").elements.status.focus();
  });
  board.addEventListener("focusout", (event) => {
    if (lifted && event.target.closest?.("[data-handle]")) {
      drop();
      mark(null);
    }
  });

  // The board comes back whole after a move: the handles return, and the focus stays on the same card.
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target !== board && !board.contains(event.target)) return;
    showHandles();
    const card = board.dataset.focus && board.querySelector(`[data-card="${board.dataset.focus}"] [data-handle]`);
    delete board.dataset.focus;
    card?.focus();
  });
}
