// Every form of the page is sent here; what was wrong with it is shown in its own line.

// Whether it was taken.
export async function send(form, submitter) {
  if (form.hasAttribute("aria-busy")) return false;
  const body = new FormData(form, submitter);
  form.setAttribute("aria-busy", "true");
  const sentence = await posted(form.getAttribute("action"), body); // form.action may be a button of that name
  form.removeAttribute("aria-busy");
  form.querySelector(".problem").textContent = sentence;
  return !sentence;
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
