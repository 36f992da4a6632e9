// What people write on the page: messages, commands, replies to a message, files with them.

import { hideCommands, onCommandKey, showCommands } from "./commands.js";
import { idle, send } from "./sending.js";

const flow = document.querySelector(".flow");
const WRITING = ".composer, .reply";
const QUOTED_CHARS = 80;

// ---- sending

function written(form) {
  const { text, files, reply_to: reply } = form.elements;
  return { words: text.value, files: [...files.files], reply: reply.value };
}

// What was sent goes; what has been begun meanwhile stays.
function sent(form, before) {
  const now = written(form);
  const { text, files } = form.elements;
  if (now.words === before.words) text.value = "";
  if (now.files.every((file, at) => file === before.files[at])) files.value = "";
  if (now.reply === before.reply) replyTo(form, null);
  listChosen(form);
  hideCommands(form);
  if (form.contains(document.activeElement)) text.focus();
  if (form.matches(".composer")) flow.scrollTop = flow.scrollHeight;
}

function listChosen(form) {
  const list = form.querySelector(".chosen");
  const files = [...form.querySelector("input[type=file]").files];
  list.replaceChildren(...files.map((file) => Object.assign(document.createElement("li"), { textContent: file.name })));
  list.hidden = files.length === 0;
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (!form.matches(WRITING)) return;
  const { words } = written(form);
  await idle(form); // whoever writes faster than we send is sent next
  const now = written(form);
  if (now.words !== words) return; // sent by then, as when it was pressed twice; or more of it is to come
  if (!words.trim() && !now.files.length) form.elements.text.focus();
  else if (await send(form)) sent(form, now);
});

// ---- replying to a message

function replyTo(form, message) {
  form.elements.reply_to.value = message ? message.querySelector("[data-reply]").dataset.reply : "";
  const line = form.querySelector(".replying");
  line.hidden = !message;
  line.querySelector("span").textContent = message ? `Replying to ${quoted(message)}` : "";
}

function quoted(message) {
  const author = message.querySelector(".byline b").textContent;
  const words = message.querySelector(".body").innerText.replace(/\s+/g, " ").trim();
  if (!words) return author;
  return `${author}: ${words.length > QUOTED_CHARS ? `${words.slice(0, QUOTED_CHARS)}…` : words}`;
}

function formFor(message) {
  return message.closest(".thread").querySelector(".reply") ?? document.querySelector(".composer");
}

// ---- keys, clicks, files

function onEscape(event) {
  const form = event.target.closest("form");
  if (!form?.elements.reply_to?.value) return;
  event.preventDefault();
  replyTo(form, null);
  form.querySelector("textarea").focus();
}

document.addEventListener("keydown", (event) => {
  if (onCommandKey(event)) return;
  if (event.key === "Escape") onEscape(event);
  if (!event.target.matches("textarea") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) listChosen(event.target.form);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("textarea") && event.target.form.matches(WRITING)) showCommands(event.target);
});

// Whoever was quick, or came back to the page, has written before this module ran.
for (const box of document.querySelectorAll("textarea")) if (box.value) showCommands(box);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const message = button?.matches("[data-reply]") && button.closest(".message");
  const form = message ? formFor(message) : button?.form;
  if (message) replyTo(form, message);
  else if (button?.closest(".replying")) replyTo(form, null);
  else if (button?.matches("[data-fill]")) form.querySelector("textarea").value = button.dataset.fill;
  else return;
  hideCommands(form);
  form.querySelector("textarea").focus();
});

for (const kind of ["paste", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.(WRITING);
    const { files } = event.clipboardData ?? event.dataTransfer ?? { files: [] };
    if (!form || !files.length) return;
    event.preventDefault();
    form.querySelector("input[type=file]").files = files;
    listChosen(form);
  });
}
