// The live half of the page: applies the patches of /changes, keeps the view where the reader is.
// It knows elements by id only; what a message is, is the server's matter.

import { changed, withdrawn } from "./announce.js";
import { carryOver } from "./gestures.js";
import "./writing.js";

const NEAR_PIXELS = 120;

const channel = document.querySelector(".channel");
const flow = channel.querySelector(".flow");
const connection = document.getElementById("connection");

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
    else if (saysTheSame(shown, fresh)) return carryOver(shown, fresh);
    else carryOver(shown, fresh);
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
    const gone = [...(document.getElementById(into)?.children ?? [])].filter((child) => !wanted.has(child.id));
    for (const child of gone) child.remove();
    withdrawn(gone.flatMap(messagesIn));
  },
  remove({ id }) {
    const gone = document.getElementById(id);
    if (!gone) return;
    gone.remove();
    withdrawn(messagesIn(gone));
  },
};

function messagesIn(element) {
  return element.matches(".message") ? [element] : [...element.querySelectorAll(".message")];
}

function sameApartFromBusy(shown, fresh) {
  const copy = shown.cloneNode(true);
  copy.removeAttribute("aria-busy");
  return copy.isEqualNode(fresh);
}

// Only what stands around the words differs: a button, a reaction.
function saysTheSame(shown, fresh) {
  const [before, now] = [shown.querySelector(".body"), fresh.querySelector(".body")];
  if (!before || !now?.isEqualNode(before)) return false;
  if (shown.hasAttribute("aria-busy")) fresh.setAttribute("aria-busy", "true");
  return true;
}

function apply(patches) {
  const follows = isNearEnd();
  const box = boxInView();
  for (const patch of patches) operations[patch.do]?.(patch);
  if (box) box.scrollIntoView({ block: "nearest" });
  else if (follows) flow.scrollTop = flow.scrollHeight;
}

// ---- where the reader is

function isNearEnd() {
  return flow.scrollHeight - flow.scrollTop - flow.clientHeight < NEAR_PIXELS;
}

function boxInView() {
  const box = document.activeElement?.closest?.(".reply, .edit");
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

document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
flow.scrollTop = flow.scrollHeight;
listen();
