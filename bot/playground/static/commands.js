// The menu of commands above a box whose text begins with "/". It is a help only: whoever knows the name just types it.

import { announce } from "./announce.js";

const BEGUN = /^\/[-\w]*$/;

export async function showCommands(box) {
  const list = box.form.querySelector(".commands");
  const wasShown = !list.hidden;
  const offered = BEGUN.test(box.value) ? await registered(box.form.elements.place.value) : [];
  const fitting = offered.filter(({ name }) => `/${name}`.startsWith(box.value)); // of what is there now
  list.replaceChildren(...(BEGUN.test(box.value) ? fitting.map(item) : []));
  list.hidden = !list.children.length;
  if (!list.hidden && !wasShown) announce(`Commands: ${fitting.map(({ name }) => `/${name}`).join(", ")}. Arrow keys choose.`);
}

async function registered(place) {
  try {
    return await (await fetch(`/commands/${place}`)).json();
  } catch {
    return []; // sending will say that the demo does not answer
  }
}

function item({ name, description }) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.fill = `/${name} `;
  button.append(Object.assign(document.createElement("b"), { textContent: `/${name}` }), ` ${description}`);
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}

export function hideCommands(form) {
  form.querySelector(".commands")?.replaceChildren();
  form.querySelector(".commands")?.setAttribute("hidden", "");
}

// Whether the key was for the menu.
export function onCommandKey(event) {
  const form = event.target.closest?.("form");
  const list = form?.querySelector(".commands:not([hidden])");
  if (!list || event.isComposing) return false;
  const box = form.querySelector("textarea");
  const buttons = [...list.querySelectorAll("button")];
  const done = keys[event.key]?.(buttons, buttons.indexOf(document.activeElement), box);
  if (!done) return false;
  event.preventDefault();
  if (event.key === "Escape" || event.key === "Enter") hideCommands(form);
  return true;
}

const keys = {
  ArrowDown: (buttons, at) => focus(buttons[(at + 1) % buttons.length]),
  ArrowUp: (buttons, at) => focus(buttons.at(Math.max(at, 0) - 1)),
  Escape: (buttons, at, box) => focus(box),
  Enter: (buttons, at, box) => {
    const isWhole = buttons.some((button) => button.dataset.fill.trim() === box.value);
    if (at < 0 && isWhole) return false; // then it is sent
    box.value = buttons[Math.max(at, 0)].dataset.fill;
    return focus(box);
  },
};

function focus(element) {
  element.focus();
  return true;
}
