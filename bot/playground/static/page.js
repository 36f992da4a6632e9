// The live half of the page: applies the patches of /changes, keeps the view where the reader is.
// It knows elements by id only; what a message is, is the server's matter.

import { changed } from "./announce.js";
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

document.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
flow.scrollTop = flow.scrollHeight;
listen();
