// What people do with a message that is there: press its buttons, edit it, delete it, put a sign on it.

import { announce } from "./announce.js";
import { send } from "./sending.js";

const SAID = { delete: "Message deleted.", "stop-sign": "Stop sign added." };

document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (form.matches(".actions")) send(form, submitter);
  else if (form.matches(".tools")) gesture(form, submitter);
  else if (form.matches(".edit")) save(form);
});

async function gesture(form, button) {
  const isByKeyboard = button.matches(":focus-visible");
  const thread = form.closest(".thread");
  if (!(await send(form, button))) return;
  announce(SAID[button.value] ?? `${button.textContent}: done.`);
  if (button.value === "delete" && isByKeyboard) boxOf(thread).focus();
}

function boxOf(thread) {
  return (thread.isConnected && thread.querySelector(".reply textarea")) || document.querySelector(".composer textarea");
}

// ---- editing

function edit(button) {
  const message = button.closest(".message");
  const form = document.getElementById("editor").content.firstElementChild.cloneNode(true);
  form.elements.message.value = button.form.elements.message.value;
  form.elements.text.value = button.dataset.edit;
  message.append(form);
  form.elements.text.focus();
  form.scrollIntoView({ block: "nearest" });
}

async function save(form) {
  const message = form.closest(".message");
  if (form.elements.text.value.trim() === message.querySelector("[data-edit]").dataset.edit) close(form);
  else if (await send(form)) {
    announce("Message edited.");
    close(form);
  }
}

function close(form) {
  const message = form.closest(".message");
  form.remove();
  message.querySelector("[data-edit]").focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[type=button]");
  if (button?.matches("[data-edit]")) edit(button);
  else if (button?.closest(".edit")) close(button.form);
});

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest(".edit");
  if (form) close(form);
});

// ---- a message that is shown anew

// What somebody was writing goes along, and the focus to where it was.
export function carryOver(shown, fresh) {
  const focused = shown.contains(document.activeElement) ? document.activeElement : null;
  const form = shown.querySelector(":scope > .edit");
  if (form) fresh.append(form);
  shown.replaceWith(fresh);
  if (focused) (fresh.contains(focused) ? focused : twin(focused, fresh)).focus();
}

function twin(control, fresh) {
  const found = [...fresh.querySelectorAll("a, button")].find((one) => nameOf(one) === nameOf(control));
  if (!found) fresh.tabIndex = -1;
  return found ?? fresh;
}

function nameOf(control) {
  return control.getAttribute("aria-label") ?? control.textContent;
}
