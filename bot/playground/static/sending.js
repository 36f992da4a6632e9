// Every form of the page is sent here; what was wrong with it is shown in its own line.

const underWay = new WeakMap(); // form -> the promise of what is sent from it now

// Whether it was taken. Pressed twice, it is sent once.
export async function send(form, submitter) {
  if (underWay.has(form)) return false;
  const sending = posted(form.getAttribute("action"), new FormData(form, submitter)); // form.action may be a button
  underWay.set(form, sending);
  form.setAttribute("aria-busy", "true");
  const sentence = await sending;
  underWay.delete(form);
  form.removeAttribute("aria-busy");
  form.querySelector(".problem").textContent = sentence;
  return !sentence;
}

// Comes back once nothing is being sent from it.
export async function idle(form) {
  while (underWay.has(form)) await underWay.get(form);
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
