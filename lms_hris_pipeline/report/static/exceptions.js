// Filters the findings and folds long causes. Without it the page shows everything; in print it always does.
(() => {
  "use strict";
  const form = document.getElementById("filters");
  if (!form) return;
  const FOLD = 10;
  const status = document.getElementById("status");
  const fields = ["text", "severity", "type", "center", "next"];
  const plain = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{Mn}/gu, "");
  const number = (value) => value.toLocaleString("en-GB");
  const causes = [...document.querySelectorAll("#findings tbody")].map((body) => {
    const head = body.querySelector("tr.cause");
    return {
      body,
      head,
      button: head && head.querySelector("button"),
      rows: [...body.querySelectorAll("tr.finding")],
      isOpen: false,
      texts: null,
    };
  });
  const total = causes.reduce((sum, cause) => sum + cause.rows.length, 0);

  const textsOf = (cause) => {
    if (!cause.texts) {
      const above = cause.head ? cause.head.textContent : "";
      cause.texts = cause.rows.map((row) => plain(`${row.textContent} ${row.dataset.center} ${above}`));
    }
    return cause.texts;
  };
  const wanted = () => Object.fromEntries(fields.map((name) => [name, form.elements[name].value]));

  const show = () => {
    const want = wanted();
    const parts = plain(want.text).split(/\s+/).filter(Boolean);
    const keys = fields.slice(1).filter((name) => want[name]);
    let found = 0;
    let folded = 0;
    let isAfterGroup = false;
    for (const cause of causes) {
      const matches = cause.rows.map(
        (row, index) =>
          keys.every((name) => row.dataset[name] === want[name]) &&
          (!parts.length || parts.every((part) => textsOf(cause)[index].includes(part))),
      );
      const count = matches.filter(Boolean).length;
      const limit = cause.isOpen || !cause.button ? count : FOLD;
      let seen = 0;
      cause.rows.forEach((row, index) => {
        row.hidden = !matches[index] || ++seen > limit;
      });
      cause.body.hidden = count === 0;
      if (count) {
        cause.body.classList.toggle("apart", isAfterGroup && !cause.head);
        isAfterGroup = Boolean(cause.head);
      }
      if (cause.button) {
        cause.button.hidden = count <= FOLD;
        cause.button.setAttribute("aria-expanded", String(cause.isOpen));
        cause.button.textContent = cause.isOpen ? `Show ${FOLD} of ${number(count)}` : `Show all ${number(count)}`;
      }
      found += count;
      folded += Math.max(0, count - limit);
    }
    const fold = folded ? `, ${number(folded)} of them folded under their cause` : "";
    status.textContent =
      found === total ? `All ${number(total)} findings of this page${fold}.` : `${number(found)} of ${number(total)} findings${fold}.`;
  };

  const read = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const name of fields) {
      const field = form.elements[name];
      field.value = asked.get(name) || "";
      if (field.selectedIndex === -1) field.value = "";
    }
    show();
  };
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    if (location.hash) history.replaceState(null, "", location.pathname);
    setTimeout(show, 0);
  });
  addEventListener("hashchange", read);
  for (const cause of causes) {
    if (cause.button) {
      cause.button.addEventListener("click", () => {
        cause.isOpen = !cause.isOpen;
        show();
      });
    }
  }
  form.hidden = false;
  read();
})();
