// What is said to those who listen: that somebody thinks, an answer once it is finished, and what came of a gesture.

const ANNOUNCED_CHARS = 300;
const CALM_MILLISECONDS = 2500; // an answer that did not change for so long is finished; edits come every 1.2 s

const announcements = document.getElementById("announcements");
const calming = new Map(); // element id -> timer

export function changed(element) {
  if (element?.dataset.announce === "now") announce((element.querySelector(".pending") ?? element).textContent);
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

// Of messages that went.
export function withdrawn(messages) {
  const answer = messages.find((message) => message.dataset.announce);
  if (answer) announce(`${answer.querySelector(".byline b").textContent} took an answer back.`);
}

export function announce(words) {
  if (words.trim()) announcements.textContent = words;
}
