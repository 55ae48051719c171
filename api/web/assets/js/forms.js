// Forms: no second submission while the first is under way, a question before what cannot be
// undone, filters that apply as they are chosen, and copying of digests and commands.
const WAIT_MS = 15000;

function onSubmit(event) {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirm(question)) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent !== undefined) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "";
  setTimeout(() => delete form.dataset.sent, WAIT_MS);
}

// Empty fields stay out of the address, so that an address says only what was chosen.
function onFormData(event) {
  if (event.target.method !== "get") return;
  for (const [name, value] of [...event.formData]) {
    if (value === "") event.formData.delete(name);
  }
}

function onChange(event) {
  if (event.target.matches("select") && event.target.form?.dataset.filter !== undefined) {
    event.target.form.requestSubmit();
  }
}

async function onClick(event) {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1500);
}

export function startForms() {
  document.addEventListener("submit", onSubmit);
  document.addEventListener("formdata", onFormData);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
}
