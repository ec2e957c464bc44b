/** The demo storefront: goods, two languages, and a switcher between demo customers for the widget. */
import { WORDS } from "./words.js";

const LIMIT = 200; // all there is
const SHELF = 24; // shown at once
const TYPING_MS = 250;
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 480px)");
const search = document.querySelector(".search");
const page = { language: rememberedLanguage(), customer: remembered(), category: "", categories: [], products: null, shelves: 1, asked: 0 };

// Before the widget's own script runs: it then knows the customer from its first moment on.
Object.assign($("counter").dataset, { language: page.language, name: words().shop, ...(page.customer && { token: page.customer.token }) });
search.q.value = new URLSearchParams(location.search).get("q") ?? "";
listen();
speak();
loadProducts();
loadCategories();
loadCustomers();

function words() {
  return WORDS[page.language];
}

function chat() {
  return document.querySelector("xiaoer-chat");
}

// --- language

function rememberedLanguage() {
  const kept = localStorage.getItem("moonhill.language");
  return kept in WORDS ? kept : navigator.language.startsWith("zh") ? "zh" : "en";
}

function speak() {
  const t = words();
  document.documentElement.lang = t.page;
  document.title = t.title;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = t[node.dataset.word];
  for (const node of document.querySelectorAll("[data-label]")) node.label = node.ariaLabel = t[node.dataset.label];
  search.q.placeholder = t.search;
  $("language").textContent = t.other;
  $("language").lang = t.otherLang;
  $("hints").replaceChildren(...t.hints.map((hint) => element("li", "", button(hint, () => chat()?.open(hint)))));
  showCategories();
  if (page.products) showProducts(page.products);
}

function listen() {
  onhashchange = () => {
    if (phone.matches) chat()?.close();
    if (page.products.some((product) => `#${product.id}` === location.hash)) showPicked();
    else showEverything();
  };
  $("more").onclick = () => {
    const first = page.shelves++ * SHELF;
    showProducts(page.products);
    $("grid").children[first].focus();
  };
  $("language").onclick = () => {
    page.language = page.language === "zh" ? "en" : "zh";
    localStorage.setItem("moonhill.language", page.language);
    speak();
    Object.assign(chat()?.dataset ?? {}, { language: page.language, name: words().shop });
  };
  let waiting;
  search.q.oninput = () => {
    clearTimeout(waiting);
    waiting = setTimeout(loadProducts, TYPING_MS);
  };
  search.onsubmit = (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    loadProducts();
  };
  $("customers").onchange = (event) => switchTo(event.target.value);
}

// --- goods

async function loadProducts() {
  const mine = ++page.asked;
  showLoading();
  const query = new URLSearchParams({ q: search.q.value.trim(), category: page.category, limit: LIMIT });
  const found = await ask(`/demo/api/products?${query}`).catch(() => null);
  if (mine !== page.asked) return;
  if (!found) return showNote(words().error, words().retry, loadProducts);
  page.shelves = 1;
  showProducts(page.category || search.q.value ? found.products : mixed(found.products));
}

/** One of each shelf in turn, as in a shop window. */
function mixed(products) {
  const place = {};
  const turn = (product) => (place[product.category] = (place[product.category] ?? -1) + 1);
  return products
    .map((product) => ({ product, turn: turn(product) }))
    .sort((a, b) => a.turn - b.turn)
    .map(({ product }) => product);
}

function showLoading() {
  $("note").hidden = $("more").hidden = true;
  $("count").textContent = "";
  $("grid").ariaBusy = "true";
  $("grid").replaceChildren(...Array.from({ length: 8 }, () => element("li", "item loading", element("div", "picture"), element("p", "line"), element("p", "line short"))));
}

function showProducts(products) {
  page.products = products;
  $("grid").ariaBusy = "false";
  $("grid").replaceChildren(...products.slice(0, page.shelves * SHELF).map(productCard));
  $("more").hidden = products.length <= page.shelves * SHELF;
  $("count").textContent = words().count(products.length);
  if (products.length) $("note").hidden = true;
  else showNote(words().empty, words().clear, showEverything);
  showPicked();
}

function showNote(text, action, act) {
  $("grid").ariaBusy = "false";
  $("grid").replaceChildren();
  $("more").hidden = true;
  const [line, again] = $("note").children;
  line.textContent = text;
  again.textContent = action;
  again.onclick = act;
  $("note").hidden = false;
}

function showEverything() {
  search.q.value = "";
  chooseCategory("");
}

function productCard(product) {
  const t = words();
  const picture = element("img", "");
  Object.assign(picture, { src: product.image, alt: "", loading: "lazy", width: 400, height: 300 });
  const card = element(
    "li",
    product.in_stock ? "item" : "item sold-out",
    element("div", "picture", picture, product.in_stock ? "" : element("span", "flag", t.soldOut)),
    element("h3", "", product.title[page.language]),
    element("p", "options", choices(product.options)),
    element("p", "price", money(product.price_from)),
  );
  card.id = product.id;
  card.tabIndex = -1; // "show more" goes on here
  card.dataset.category = product.category;
  return card;
}

/** 39 – 45 · white, navy */
function choices({ size, colour, ...other }) {
  const all = [size, colour, ...Object.values(other)].filter((values) => values.length);
  return all.map((values) => span(values.map((value) => value[page.language]))).join(" · ");
}

function span(values) {
  const many = values.length > 4;
  return many ? `${values[0]} – ${values.at(-1)}` : values.join(page.language === "zh" ? "、" : ", ");
}

function money({ minor, currency }) {
  const format = { style: "currency", currency, currencyDisplay: "narrowSymbol", trailingZeroDisplay: "stripIfInteger" };
  return new Intl.NumberFormat(words().page, format).format(minor / 100);
}

/** A product card in the chat leads to /#P1001. */
function showPicked() {
  const picked = location.hash.slice(1);
  const index = page.products.findIndex((product) => product.id === picked);
  if (index < 0) return;
  if (index >= page.shelves * SHELF) {
    page.shelves = Math.ceil((index + 1) / SHELF);
    return showProducts(page.products);
  }
  document.querySelector(".picked")?.classList.remove("picked");
  $(picked).classList.add("picked");
  $(picked).scrollIntoView({ block: "center" });
}

// --- categories

async function loadCategories() {
  const found = await ask("/demo/api/categories").catch(() => null);
  page.categories = found?.categories ?? []; // without them there is still the search
  showCategories();
}

function showCategories() {
  const chips = [{ key: "", name: { zh: WORDS.zh.all, en: WORDS.en.all } }, ...page.categories];
  $("categories").replaceChildren(
    ...chips.map(({ key, name }) => {
      const chip = button(name[page.language], () => chooseCategory(key));
      chip.ariaPressed = String(key === page.category);
      chip.dataset.key = key;
      return chip;
    }),
  );
}

function chooseCategory(key) {
  page.category = key;
  for (const chip of $("categories").children) chip.ariaPressed = String(chip.dataset.key === key);
  loadProducts();
}

// --- customers

function remembered() {
  return JSON.parse(sessionStorage.getItem("moonhill.customer"));
}

async function loadCustomers() {
  const found = await ask("/demo/api/customers").catch(() => null);
  for (const language of ["zh", "en"]) {
    const theirs = (found?.customers ?? []).filter((customer) => customer.language === language);
    const group = element("optgroup", "", ...theirs.map((customer) => new Option(`${customer.name} · ${customer.email}`, customer.customer_id)));
    group.dataset.label = `customers_${language}`;
    group.label = words()[group.dataset.label];
    $("customers").append(group);
  }
  $("customers").value = page.customer?.id ?? "";
  if (page.customer) await switchTo(page.customer.id); // the token in memory may have run out
}

/** Signs the customer in as a shop would: its server gives a short-lived token, the widget is told. */
async function switchTo(id) {
  const signedIn = id && (await ask("/demo/api/sign-in", { customer_id: id }).catch(() => null));
  page.customer = signedIn ? { id, token: signedIn.token } : null;
  $("customers").value = page.customer?.id ?? "";
  $("who").textContent = id && !signedIn ? words().signInFailed : "";
  sessionStorage.setItem("moonhill.customer", JSON.stringify(page.customer));
  chat()?.signIn(page.customer?.token ?? null);
}

// --- small things

async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, body && post);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

function element(tag, name, ...children) {
  const node = document.createElement(tag);
  node.className = name;
  node.append(...children);
  return node;
}

function button(text, act) {
  const node = element("button", "", text);
  node.type = "button";
  node.onclick = act;
  return node;
}
