"use strict";
// Search and sort of the host table. Without it the page is whole; nothing here asks anything of a network.
(() => {
  const table = document.getElementById("hosts-table");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));

  const label = document.createElement("p");
  label.className = "search";
  const search = document.createElement("input");
  search.id = "search";
  search.type = "search";
  search.placeholder = "Search: words, all of which must occur";
  search.setAttribute("aria-label", "Search hosts");
  const count = document.createElement("span");
  count.id = "count";
  count.className = "dim";
  count.setAttribute("role", "status");
  label.append(search, " ", count);
  table.before(label);

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      const matches = words.every((word) => text.includes(word));
      if (row.hidden === matches) row.hidden = !matches;
      shown += matches ? 1 : 0;
    }
    count.textContent = `${shown} of ${rows.length} hosts`;
  };
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(filter, rows.length > 2000 ? 150 : 0);
  });
  filter();

  const collator = new Intl.Collator("en", { numeric: true });
  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const isNumber = head.classList.contains("n");
    button.addEventListener("click", () => {
      const isDescending = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      for (const item of rows) {
        const text = item.row.cells[column].textContent;
        item.key = isNumber ? (text === "" ? -Infinity : Number(text)) : text;
      }
      const compare = isNumber ? (a, b) => a.key - b.key || 0 : (a, b) => collator.compare(a.key, b.key);
      rows.sort(isDescending ? (a, b) => compare(b, a) : compare);
      body.append(...rows.map((item) => item.row));
    });
  });
})();
