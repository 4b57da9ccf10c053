/* What the pages add with a script. Every page works without it; templates speak to it by data- attributes only.

   data-open="id" / data-close   a dialog              data-key="a"       a one-letter shortcut
   data-count="id"               signs typed in a field data-when="f=v|w"  shown while field f holds v or w
   data-busy="Envoi en cours"    a button while sending data-row           a table row that follows its first link
   data-insert="…" data-into     text put at the caret  data-check-all     ticks a table; data-chosen shows how many
   data-toast="8"                seconds it stays       data-setting       theme, density, shortcuts, in a cookie
   data-focus                    takes the focus when it appears  data-escape   followed on Esc within its form
   data-several                  its list suggests after each comma
   data-steps                    a list whose rows J and K walk through
   data-print                    a button that prints the page
*/
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const seen = (element) => element && element.getClientRects().length > 0;
  const on = (event, does, target = document) => target.addEventListener(event, does);
  const onEach = (event, selector, does) => on(event, (e) => {
    const element = e.target.closest?.(selector);
    if (element) does(element, e);
  });
  const number = new Intl.NumberFormat(root.lang || "fr");

  /* ---- Words for those who listen, and toasts ---- */
  const say = (words) => { const status = $("#annonces"); if (status) status.textContent = words; };

  function countDown(toast) {
    toast.dataset.ticking = "";
    let left = Number(toast.dataset.toast) || 8;
    const shown = $(".reste", toast);
    const held = () => toast.matches(":hover") || toast.contains(document.activeElement);
    const tick = () => {
      if (!toast.isConnected) return clearInterval(timer);
      if (shown) shown.textContent = `${left} s`;
      if (!held() && left-- <= 0) { toast.remove(); clearInterval(timer); }
    };
    const timer = setInterval(tick, 1000);
    tick();
  }

  function toast({ text, undo, seconds }) {
    const model = $("#toast-modele");
    if (!model) return say(text);
    const fresh = model.content.firstElementChild.cloneNode(true);
    $("p", fresh).textContent = text;
    const form = $("form", fresh);
    if (undo) form.action = undo; else form.remove();
    if (!undo) $(".reste", fresh)?.remove();
    fresh.dataset.toast = seconds || (undo ? 30 : 8);
    $("#toasts").replaceChildren(fresh);
    countDown(fresh);
  }
  on("toast", (e) => toast(e.detail));
  on("annonce", (e) => say(e.detail.text ?? e.detail.value));

  /* ---- htmx: token, waiting line, focus, failures ---- */
  let asked = 0;
  let lostFocus = false;
  const waiting = (change) => { asked = Math.max(0, asked + change); $("#charge")?.classList.toggle("en-cours", asked > 0); };
  on("htmx:configRequest", (e) => {
    const token = $('meta[name="csrf-token"]');
    if (token && e.detail.verb !== "get") e.detail.headers["X-CSRFToken"] = token.content;
  });
  let cameFrom = "";  // the line that was changed in its place: the focus goes back to it
  on("htmx:beforeRequest", (e) => { waiting(1); cameFrom = e.target.closest?.("[data-back]")?.dataset.back ?? cameFrom; });
  on("htmx:afterRequest", (e) => { waiting(-1); rest(e.target); });
  let scrolled = 0;  // how far down the list was that an answer draws again
  on("htmx:beforeSwap", (e) => {
    lostFocus = e.detail.target?.contains(document.activeElement);
    scrolled = (e.detail.target && $("[data-steps]", e.detail.target)?.scrollTop) || 0;
  });
  on("htmx:afterSwap", (e) => { const list = e.detail.target && $("[data-steps]", e.detail.target); if (list) list.scrollTop = scrolled; });
  on("htmx:afterSettle", (e) => {
    const where = e.detail.target ?? e.target;
    appear(document);
    if (e.detail.boosted) return $("#contenu")?.focus();
    if (lostFocus && document.activeElement === document.body) {
      const row = all("[data-row][aria-current]", where).find(seen);  // the line one chose keeps one's place in its list
      if (row) return row.focus();
      const heading = all("h1, h2, h3, [role=alert]", where).find(seen) ?? where;
      heading.setAttribute("tabindex", "-1");
      heading.focus({ preventScroll: seen(heading) });
    }
  });
  on("htmx:afterSettle", () => {
    if (!cameFrom || $("[data-back]")) return;
    $(`#${CSS.escape(cameFrom)} .a-changer`)?.focus();
    cameFrom = "";
  });
  const failed = () => toast({ text: document.body.dataset.failure ?? "" });
  on("htmx:responseError", failed);
  on("htmx:sendError", failed);

  /* ---- Dialogs, menus, rows ---- */
  onEach("click", "[data-open]", (opener, e) => {
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog?.showModal) return;
    e.preventDefault();
    if (dialog === palette) openPalette(); else dialog.showModal();
  });
  onEach("click", "[data-print]", () => window.print());
  onEach("click", "[data-close]", (closer, e) => { e.preventDefault(); closer.closest("dialog")?.close(); });
  onEach("click", "dialog", (dialog, e) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const outside = e.clientX < left || e.clientX > right || e.clientY < top || e.clientY > bottom;
    if (e.target === dialog && outside) dialog.close();
  });
  on("click", (e) => all("details.menu[open]").forEach((menu) => { if (!menu.contains(e.target)) menu.open = false; }));
  onEach("click", "tr[data-row]", (row, e) => {
    if (e.target.closest("a, button, input, label, summary") || getSelection().toString()) return;
    $("a", row)?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: e.ctrlKey, metaKey: e.metaKey }));
  });

  /* ---- Keyboard ---- */
  function step(by) {
    const rows = all("[data-steps] [data-row]").filter(seen);
    const here = rows.findIndex((row) => row.contains(document.activeElement) || row.getAttribute("aria-current"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, here + by))];
    if (next && next !== rows[here]) { next.focus(); next.click(); }
  }
  const typing = (element) => element?.matches("select, textarea, [contenteditable], input:not([type=radio], [type=checkbox])");
  on("keydown", (e) => {
    if (e.key === "Escape") {
      const menu = $("details.menu[open]");
      if (menu) { menu.open = false; $("summary", menu).focus(); }
      else $("[data-escape]", e.target.closest?.("form") ?? document.createElement("div"))?.click();
    }
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") {
      e.preventDefault();
      openPalette();
    }
    if (e.key === "/" && !typing(document.activeElement) && !$("dialog[open]") && root.dataset.shortcuts !== "off") { e.preventDefault(); openPalette(); }
    if (e.ctrlKey || e.metaKey || e.altKey || e.key.length !== 1 || root.dataset.shortcuts === "off") return;
    if (typing(document.activeElement) || $("dialog[open]")) return;
    if ("jk".includes(e.key.toLowerCase())) step(e.key.toLowerCase() === "j" ? 1 : -1);
    const wanted = all(`[data-key="${CSS.escape(e.key.toLowerCase())}"]`).find((element) => seen(element) || seen(element.closest("label")));
    if (!wanted) return;
    e.preventDefault();
    wanted.focus();
    wanted.click();
  });

  /* ---- Palette: what it proposes is chosen with the arrows, the field keeps the focus ---- */
  const palette = $("#palette");
  function openPalette() {
    if (!palette || palette.open) return;
    palette.showModal();
    const field = $("[data-palette]", palette);
    field.focus();
    field.select();
    field.form.dispatchEvent(new Event("palette"));
  }
  function choose(step) {
    const options = all("[role=option]", palette);
    const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = options[(now + step + options.length) % options.length];
    options.forEach((option) => option.setAttribute("aria-selected", option === next));
    const field = $("[data-palette]", palette);
    if (next) { field.setAttribute("aria-activedescendant", next.id); next.scrollIntoView({ block: "nearest" }); } else field.removeAttribute("aria-activedescendant");
  }
  on("keydown", (e) => {
    if (!palette?.open || !e.target.matches("[data-palette]")) return;
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); choose(e.key === "ArrowDown" ? 1 : -1); }
    const chosen = $("[role=option][aria-selected=true]", palette);
    if (e.key !== "Enter" || !chosen) return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) window.open(chosen.href, "_blank", "noopener"); else location.assign(chosen.href);
  });
  on("htmx:afterSwap", (e) => { if (e.detail.target?.id === "trouve") choose(1); });

  /* ---- Forms ---- */
  function busy(button) {
    button.dataset.words = button.innerHTML;
    button.style.minWidth = `${button.offsetWidth}px`;
    button.setAttribute("aria-busy", "true");
    const wheel = document.createElement("span");
    wheel.className = "tourne";
    button.replaceChildren(wheel, button.dataset.busy);
    say(button.dataset.busy);
  }
  function rest(within) {
    all("[data-busy][aria-busy]", within?.querySelectorAll ? within : document).forEach((button) => {
      button.removeAttribute("aria-busy");
      button.innerHTML = button.dataset.words;
    });
  }
  on("submit", (e) => {
    const button = e.submitter;
    if (!button?.dataset.busy) return;
    if (button.getAttribute("aria-busy")) e.preventDefault(); else setTimeout(() => busy(button));
  });
  on("pageshow", (e) => { if (e.persisted) rest(document); }, window);

  function count(shown) {
    const field = document.getElementById(shown.dataset.count);
    if (!field) return;
    shown.textContent = shown.dataset.words.replace("{n}", number.format(field.value.length)).replace("{max}", number.format(field.maxLength));
  }
  on("input", (e) => { if (e.target.id) all(`[data-count="${CSS.escape(e.target.id)}"]`).forEach(count); });

  function showWhen(part) {
    const [name, values] = part.dataset.when.split("=");
    const form = part.closest("form") ?? document;
    const chosen = $(`[name="${name}"]:checked, select[name="${name}"]`, form);
    part.hidden = !values.split("|").includes(chosen?.value ?? "");
  }
  function chosen(table) {
    const boxes = all("tbody input[type=checkbox]", table);
    const ticked = boxes.filter((box) => box.checked).length;
    const master = $("[data-check-all]", table);
    if (master) { master.checked = ticked > 0 && ticked === boxes.length; master.indeterminate = ticked > 0 && ticked < boxes.length; }
    all("[data-chosen]").forEach((bar) => { bar.hidden = ticked === 0; const words = $("[data-number]", bar); if (words) words.textContent = number.format(ticked); });
  }
  on("change", (e) => {
    all("[data-when]").forEach(showWhen);
    const table = e.target.matches("table input[type=checkbox]") && e.target.closest("table");
    if (table && e.target.matches("[data-check-all]")) all("tbody input[type=checkbox]", table).forEach((box) => { box.checked = e.target.checked; });
    if (table) chosen(table);
    if (e.target.matches("[data-setting]")) remember(e.target.dataset.setting, e.target.type === "checkbox" && !e.target.checked ? "" : e.target.value);
  });
  function remember(name, value) {
    document.cookie = `${name}=${value};path=/;max-age=${value ? 31536000 : 0};samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
    if (value) root.dataset[name] = value; else delete root.dataset[name];
  }
  onEach("input", "[data-several]", (field) => {
    const list = field.list;
    const before = field.value.replace(/[^,;]*$/, "");
    const had = new Set(before.split(/[,;]/).map((word) => word.trim()));
    for (const option of list?.options ?? []) {
      option.dataset.one ??= option.value;
      option.value = (before && `${before.trimEnd()} `) + option.dataset.one;
      option.disabled = had.has(option.dataset.one);
    }
  });
  onEach("click", "[data-insert]", (button) => {
    const field = document.getElementById(button.dataset.into);
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* ---- What has just appeared, at first and after each swap ---- */
  const reach = (tab) => { // the tab one reads is never cut by the edge of its bar, and a bit of its neighbour shows
    const [bar, at] = [tab.parentElement.getBoundingClientRect(), tab.getBoundingClientRect()];
    if (at.right > bar.right) tab.parentElement.scrollLeft += at.right - bar.right + 48;
    else if (at.left < bar.left) tab.parentElement.scrollLeft += at.left - bar.left - 48;
  };
  const more = (bar) => bar.classList.toggle("suite", bar.scrollLeft + bar.clientWidth < bar.scrollWidth - 2);
  document.addEventListener("scroll", (e) => { if (e.target.matches?.(".onglets")) more(e.target); }, true);
  on("resize", () => all(".onglets").forEach(more), window);
  document.addEventListener("wheel", (e) => { // a mouse has no other way to the tabs beyond the edge
    const bar = e.target.closest?.(".onglets");
    if (!bar || e.deltaX || bar.scrollWidth <= bar.clientWidth) return;
    e.preventDefault();
    bar.scrollLeft += e.deltaY;
  }, { passive: false });
  function tabs(within) {
    all(".onglets [aria-current]", within).forEach(reach);
    all(".onglets", within).forEach(more);
  }
  document.fonts?.ready.then(() => tabs(document)); // the letters that were waited for are wider
  function appear(within) {
    tabs(within);
    all("[data-count]", within).forEach(count);
    all("[data-when]", within).forEach(showWhen);
    if ($("[data-chosen]", within)) all("table").filter((table) => $("[data-check-all]", table)).forEach(chosen);
    all("[data-toast]:not([data-ticking])", within).forEach(countDown);
    all("[data-focus]:not([data-focused])", within).slice(0, 1).forEach((one) => { one.dataset.focused = ""; one.focus(); });
  }
  appear(document);
})();
