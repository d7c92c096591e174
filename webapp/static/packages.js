/* Packages: sent with a sign of how far it is, and watched until they are judged. */
import "./base.js";

const byId = (id) => document.getElementById(id);
const EVERY = 700;

/* A package at work: its page is asked for again, and only what changed is put in. */
async function watch(work) {
  const waits = (ms) => new Promise((done) => setTimeout(done, ms));
  let pause = EVERY;
  while (work.dataset.wait !== undefined) {
    await waits(pause);
    let text;
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return location.reload();
      text = await answer.text();
      pause = EVERY;
    } catch {
      byId("doing").textContent = "The server is not responding. Trying again.";
      pause = Math.min(pause * 2, 10000);
      continue;
    }
    const now = new DOMParser().parseFromString(text, "text/html").getElementById("work");
    if (!now) return location.reload();
    if (now.dataset.wait === undefined) {
      work.replaceChildren(...now.childNodes);
      delete work.dataset.wait;
      document.getElementById("say").textContent = work.querySelector(".verdict, .finding").textContent;
      work.querySelector("[data-first]")?.focus();
      return undefined;
    }
    byId("doing").textContent = now.querySelector("#doing").textContent;
    const [bar, next] = [work.querySelector("progress"), now.querySelector("progress")];
    if (next.hasAttribute("value")) bar.value = next.value;
    else bar.removeAttribute("value");
  }
  return undefined;
}

function handIn(form) {
  const [file, message, sending, drop] = ["package", "package-msg", "sending", "drop"].map(byId);
  let request = null;

  function complain(text) {
    message.textContent = text;
    message.hidden = !text;
    if (text) file.setAttribute("aria-invalid", "true");
    else file.removeAttribute("aria-invalid");
  }

  function rest() {
    request = null;
    sending.hidden = true;
    for (const button of form.querySelectorAll(".acts button")) button.disabled = false;
  }

  function send() {
    const chosen = file.files[0];
    if (chosen.size > Number(form.dataset.most)) {
      complain(
        `${chosen.name} is larger than ${Number(form.dataset.most) / 2 ** 30} GB. ` +
          "Validate it on your own machine: crfsmith validate FILE.",
      );
      return;
    }
    if (chosen.size === 0) {
      complain(`${chosen.name} is empty. Export it again.`);
      return;
    }
    complain("");
    for (const button of form.querySelectorAll(".acts button")) button.disabled = true;
    const body = new FormData(form);
    body.set("what", "package");
    request = new XMLHttpRequest();
    const bar = sending.querySelector("progress");
    bar.value = 0;
    byId("sent").textContent = `Uploading ${chosen.name}`;
    sending.hidden = false;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = Math.floor((100 * event.loaded) / event.total);
      byId("sent").textContent = `Uploading ${chosen.name}: ${bar.value} %`;
    });
    request.addEventListener("load", () => {
      let reply = {};
      try {
        reply = JSON.parse(request.responseText);
      } catch {
        /* A proxy answered for the server. */
      }
      if (reply.address) {
        location.assign(reply.address);
        return;
      }
      const words = [reply.message, reply.remedy].filter(Boolean).join(" ");
      const size =
        request.status === 413 ? "A proxy in front of the server does not allow files this large." : "";
      rest();
      complain(words || size || "The server could not accept the file. Try again in a moment.");
    });
    request.addEventListener("error", () => {
      rest();
      complain("The connection was lost during the upload. Nothing was validated. Upload the package again.");
    });
    request.open("POST", form.getAttribute("action"));
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  }

  byId("stop").addEventListener("click", () => {
    request?.abort();
    rest();
    complain("");
    file.focus();
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value === "study") return;
    event.preventDefault();
    if (request) return;
    if (file.files.length) send();
    else {
      complain("Choose a zip file first.");
      file.focus();
    }
  });
  file.addEventListener("change", () => complain(""));
  /* A file that misses the box must not take the place of the page. */
  for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    const dropped = event.dataTransfer.files;
    if (request || !dropped.length) return;
    if (dropped.length > 1) {
      complain("One package at a time, please.");
      return;
    }
    file.files = dropped;
    complain("");
    send();
  });
}

const [form, work] = [byId("hand-in"), byId("work")];
if (form) handIn(form);
if (work) watch(work);
