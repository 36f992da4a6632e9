// The live half of the page: applies the patches of /changes, sends the forms, keeps the view where the reader is.
// It knows elements by id only; what a message is, is the server's matter.

const ANNOUNCED_CHARS = 300;
const CALM_MILLISECONDS = 2500; // an answer that did not change for so long is finished; edits come every 1.2 s
const NEAR_PIXELS = 120;

const channel = document.querySelector(".channel");
const flow = channel.querySelector(".flow");
const announcements = document.getElementById("announcements");
const connection = document.getElementById("connection");
const calming = new Map(); // element id -> timer

// ---- patches

function made(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

const operations = {
  ensure({ id, into, html }) {
    if (!document.getElementById(id)) document.getElementById(into)?.append(made(html));
  },
  put({ id, into, html }) {
    const fresh = made(html).firstElementChild;
    const shown = document.getElementById(id);
    if (!shown) document.getElementById(into)?.append(fresh);
    else if (sameApartFromBusy(shown, fresh)) return;
    else shown.replaceWith(fresh);
    changed(fresh);
  },
  grow({ id, keep, html }) {
    const body = document.getElementById(id);
    if (!body) return;
    while (body.children.length > keep) body.lastElementChild.remove();
    body.append(made(html));
    changed(body.closest("[data-announce]"));
  },
  only({ into, ids }) {
    const wanted = new Set(ids);
    for (const child of [...(document.getElementById(into)?.children ?? [])]) if (!wanted.has(child.id)) child.remove();
  },
  remove({ id }) {
    document.getElementById(id)?.remove();
  },
};

function sameApartFromBusy(shown, fresh) {
  const copy = shown.cloneNode(true);
  copy.removeAttribute("aria-busy");
  return copy.isEqualNode(fresh);
}

function apply(patches) {
  const follows = isNearEnd();
  const box = boxInView();
  for (const patch of patches) operations[patch.do]?.(patch);
  if (box) box.scrollIntoView({ block: "nearest" });
  else if (follows) flow.scrollTop = flow.scrollHeight;
}

// ---- what is said to those who listen: that somebody thinks, and an answer once it is finished

function changed(element) {
  if (element?.dataset.announce === "now") announce(element.textContent);
  if (element?.dataset.announce !== "finished") return;
  element.setAttribute("aria-busy", "true");
  clearTimeout(calming.get(element.id));
  calming.set(element.id, setTimeout(finished, CALM_MILLISECONDS, element.id));
}

function finished(id) {
  calming.delete(id);
  const element = document.getElementById(id);
  if (!element) return;
  element.removeAttribute("aria-busy");
  const words = element.querySelector(".body").innerText.replace(/\s+/g, " ").trim();
  const author = element.querySelector(".byline b").textContent;
  announce(`${author}: ${words.length > ANNOUNCED_CHARS ? `${words.slice(0, ANNOUNCED_CHARS)}…` : words}`);
}

function announce(words) {
  if (words.trim()) announcements.textContent = words;
}

// ---- where the reader is

function isNearEnd() {
  return flow.scrollHeight - flow.scrollTop - flow.clientHeight < NEAR_PIXELS;
}

function boxInView() {
  const box = document.activeElement?.closest?.(".reply");
  if (!box) return null;
  const [inner, outer] = [box.getBoundingClientRect(), flow.getBoundingClientRect()];
  return inner.bottom <= outer.bottom + NEAR_PIXELS && inner.top >= outer.top ? box : null;
}

// ---- the connection

function listen() {
  const { place, channel: id } = channel.dataset;
  const source = new EventSource(`/changes?${new URLSearchParams({ place, channel: id })}`);
  source.onmessage = (event) => apply(JSON.parse(event.data));
  source.onopen = () => {
    connection.hidden = true;
  };
  source.onerror = () => {
    connection.hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  };
  window.addEventListener("pagehide", () => source.close());
}

// ---- forms

async function send(form, submitter) {
  if (form.hasAttribute("aria-busy")) return;
  const body = new FormData(form, submitter);
  form.setAttribute("aria-busy", "true");
  const sentence = await posted(form.action, body);
  form.removeAttribute("aria-busy");
  form.querySelector(".problem").textContent = sentence;
  if (!sentence && !form.matches(".actions")) sent(form, body.get("text"));
}

async function posted(address, body) {
  try {
    const response = await fetch(address, { method: "POST", body, headers: { Accept: "application/json" } });
    if (response.ok) return "";
    const isJson = response.headers.get("content-type")?.startsWith("application/json");
    return isJson ? (await response.json()).problem : await response.text();
  } catch {
    return "The demo does not answer. Is it still running?";
  }
}

function sent(form, words) {
  const box = form.querySelector("textarea");
  if (box.value === words) box.value = ""; // else the next message has been begun already
  form.querySelector("input[type=file]").value = "";
  listChosen(form);
  if (form.contains(document.activeElement)) box.focus();
  if (form.matches(".composer")) flow.scrollTop = flow.scrollHeight;
}

function listChosen(form) {
  const list = form.querySelector(".chosen");
  const files = [...form.querySelector("input[type=file]").files];
  list.replaceChildren(...files.map((file) => Object.assign(document.createElement("li"), { textContent: file.name })));
  list.hidden = files.length === 0;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const isAction = form.matches(".actions");
  const box = form.querySelector("textarea");
  if (!isAction && !box.value.trim() && !form.querySelector("input[type=file]").files.length) box.focus();
  else send(form, isAction ? event.submitter : null);
});

document.addEventListener("keydown", (event) => {
  if (!event.target.matches("textarea") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) listChosen(event.target.form);
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-fill]");
  if (!example) return;
  const box = example.form.querySelector("textarea");
  box.value = example.dataset.fill;
  box.focus();
});

for (const kind of ["paste", "drop"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form:not(.actions)");
    const { files } = event.clipboardData ?? event.dataTransfer ?? { files: [] };
    if (!form || !files.length) return;
    event.preventDefault();
    form.querySelector("input[type=file]").files = files;
    listChosen(form);
  });
}

flow.scrollTop = flow.scrollHeight;
listen();
