/** <xiaoer-chat>, the shop's counter on any page. Why it is as it is: README.md. */
import { STYLE } from "./style.js";
import { act, h, icon, message, photo, put, quickReplies, say, turnCard, speak, word } from "./view.js";
import { blob, call, keep, listen, recall, subject, upload } from "./wire.js";

const LONGEST = 4000; // what the server takes, in characters
const BIGGEST = 8e6; // and of a photo, in bytes
const phone = matchMedia("(max-width: 480px)");
const mouse = matchMedia("(pointer: fine)");

let dataset; // the element's
let token; // who the shop says this is
let begun; // a promise of `now`
let now; // the conversation; `seen`: its newest message
let hangUp;
let unread = 0;
let partial = ""; // of a reply that is being written
const unsent = new Map(); // client id -> bubble, until it comes back in the log

const badge = h("span.badge");
const launcher = h("button.main.launcher", { onclick: () => open() }, icon("bell"), word("launch"), badge);
const name = h("h2");
const state = h("small", { role: "status" });
const welcome = h("div", h("h3", { t: "hello" }), h("p", { t: "lead" }));
const log = h("div");
const draft = h("p.draft.text", { "aria-hidden": true });
const scroller = h("div.scroller", { tabindex: 0, role: "log", l: "log" }, welcome, log, draft);
const alert = h("p.alert", { role: "alert" });
const notice = h("p", { id: "notice" });
const left = h("small.left", { role: "status" });
const input = h("textarea", { rows: 1, l: "input", "aria-describedby": "notice", oninput: room, onkeydown: key });
const file = h("input", { type: "file", accept: "image/jpeg,image/png,image/webp", hidden: "", onchange: attach });
const clip = h("button", { type: "button", l: "attach", onclick: () => file.click() }, icon("photo"));
const form = h("form", { onsubmit: submit }, left, clip, file, input, h("button.main", { l: "send" }, icon("send")));
const header = h(
	"header",
	h("div", name, state),
	h("button", { onclick: () => ask("POST", "/person") }, icon("person"), word("person")),
	h("button", { t: "other", onclick: () => (dataset.language = say("swap")) }),
	h("button", { l: "close", onclick: () => close() }, icon("close")),
);
const panel = h("dialog", { tabindex: -1, onclose: closed, onkeydown: keys }, header, scroller, alert, notice, form);
const box = h("div.box", launcher, panel);

function open(text) {
	if (!panel.open) phone.matches ? panel.showModal() : panel.show();
	launcher.hidden = true;
	keep("open", true);
	if (text) input.value = text;
	count(0);
	focus();
	start();
}

const close = () => panel.close();

function closed() {
	launcher.hidden = false;
	launcher.focus();
	keep("open");
}

function keys({ key, isComposing, target }) {
	if (isComposing) return;
	if (key === "Escape") close();
	if (key === "Enter" && target.localName === "input") target.blur();
}

const focus = () => panel.open && (mouse.matches ? input : panel).focus();

function label() {
	box.lang = /^zh/.test(dataset.language ?? navigator.language) ? "zh" : "en";
	speak(+(box.lang === "en"), box);
	name.textContent = panel.ariaLabel = dataset.name || say("assistant");
	put(state, now?.state ?? "bot");
	count(unread);
	notice.textContent = (now?.language === box.lang && now.notice) || say("notice");
}

function count(messages) {
	unread = messages;
	badge.textContent = unread ? `${unread} ${say("unread")}` : "";
}

function room() {
	const rest = LONGEST - [...input.value].length;
	left.textContent = rest < 400 ? `${say("left")} ${rest}` : "";
	return rest;
}

function key(event) {
	// 229: Safari's Enter that ends a composition
	if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
	submit(event);
}

function submit(event) {
	event.preventDefault();
	const text = input.value;
	if (!text.trim() || room() < 0) return;
	form.reset();
	room();
	send(text);
}

function attach() {
	const [chosen] = file.files;
	file.value = ""; // the same one may be chosen again
	if (!chosen) return;
	complain();
	if (chosen.size > BIGGEST) complain({}, "big");
	else post(photo(async () => chosen), { file: chosen });
}

const who = () => subject(token);
const url = (path) => new URL(path, dataset.base || import.meta.url);

const begin = () => (begun ??= join().catch((problem) => ((begun = null), Promise.reject(problem))));
const start = () => begin().catch(complain);

async function join() {
	const mine = who();
	const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
	const body = { language: box.lang, time_zone, resume: !!token };
	const found = recall(mine) ?? (await call("POST", url("/v1/conversations"), token, body));
	if (mine !== who()) return begin(); // meanwhile the customer is another
	now = found;
	see(now.seen ?? now.last_event_id);
	welcome.append(quickReplies({ options: now.suggestions.map((text) => ({ label: text, text })) }));
	label();
	hangUp?.();
	hangUp = listen(url(`/v1/conversations/${now.id}/events`), now.token, (event, data) => found === now && hear[event]?.(data));
	return now;
}

function see(seq) {
	now.seen = seq;
	keep(who(), now);
}

function signIn(fresh) {
	const before = who();
	token = fresh;
	if (who() !== before) restart(before);
	else if (panel.open) start();
}

function restart(forget = who()) {
	keep(forget);
	hangUp?.();
	begun = now = null;
	unsent.clear();
	log.replaceChildren();
	dropQuick();
	sketch((partial = ""));
	complain();
	if (panel.open) start();
}

const hear = {
	up() {
		complain();
		for (const bubble of unsent.values()) bubble.querySelector("button")?.click();
	},
	down: () => complain({}, "offline"),
	gone: () => (now.seen ? restart() : complain({})),
	message: show,
	state: ({ text }) => put(state, (now.state = text)),
	card: ({ parts }) => parts.forEach(({ intent_id, state }) => showCard(intent_id, state)),
	typing() {
		sketch(say("typing"));
		setTimeout(() => partial || sketch(""), 15_000);
	},
	part: ({ text }) => sketch((partial += `${text}\n`)),
};

function sketch(text) {
	draft.textContent = text;
	scroll(draft);
}

function show(m) {
	const mine = m.author === "customer";
	const fresh = m.seq > now.seen;
	if (fresh) see(m.seq);
	if (!mine) sketch((partial = ""));
	else if (arrived(m)) return;
	else dropQuick();
	if (log.querySelector(`[data-id="${m.id}"]`)) return;
	if (fresh && !mine && !panel.open) count(unread + 1);
	scroller.ariaLive = fresh ? "polite" : "off"; // history is not read out
	append(message(m));
}

function append(node) {
	log.append(node);
	scroll(node);
}

/** Down to the end, but never past the beginning of what is new. */
function scroll(node) {
	scroller.scrollTop = node.offsetTop - 16;
}

function showCard(id, state, only = "") {
	const card = log.querySelector(`[data-intent="${id}"]${only}`);
	if (card) turnCard(card, state);
}

/** Without a problem: all is well again. */
function complain(problem, otherwise = "problem") {
	put(alert, problem ? otherwise : "");
	if (problem?.message) alert.textContent = problem.message;
}

act.photo = async (id) => blob(place(now.id, `/photos/${id}`), now.token);
act.send = (text) => send(text);
act.rate = (id, thumb, text = "") => ask("PUT", `/messages/${id}/feedback`, { thumb, text });
act.decide = async (id, says) => {
	showCard(id, "taken"); // the stream tells what came of it
	if (!(await ask("POST", `/cards/${id}/${says}`))) showCard(id, "open", "[data-state=taken]");
	focus();
};

async function request(method, path, body, ...tell) {
	const { id, token } = await begin();
	const by = tell.length ? upload(place(id, path), token, body, ...tell) : call(method, place(id, path), token, body);
	return by.catch((problem) => {
		if (problem.status === 401 && id === now?.id) restart();
		throw problem;
	});
}

const place = (id, path) => url(`/v1/conversations/${id}${path}`);

function ask(...what) {
	complain();
	return request(...what).catch(complain);
}

function dropQuick() {
	for (const chips of scroller.querySelectorAll(".quick")) chips.remove();
}

const send = (text) => post(h("p.text", text), { text });

function post(what, body) {
	if (now?.state === "closed") restart();
	dropQuick();
	const bubble = h("article.customer", what, h("small", { role: "status" }));
	append(bubble);
	focus();
	deliver(bubble, { client_id: crypto.getRandomValues(new Uint32Array(4)).join("-"), ...body });
}

async function deliver(bubble, body, again) {
	const note = bubble.lastChild;
	unsent.set(body.client_id, bubble);
	note.replaceChildren(word("sending"));
	try {
		const { client_id, file } = body;
		const tell = (done) => note.lastChild.replaceWith(`${done} %`);
		if (file) note.append(" ", "");
		arrived(await (file ? request("POST", `/photos?client_id=${client_id}`, file, tell) : request("POST", "/messages", body)));
	} catch (problem) {
		if (problem.status === 401 && !again) {
			append(bubble); // the log is now that of a new conversation
			return deliver(bubble, body, true);
		}
		note.replaceChildren(problem.message || word("unsent"), " ", h("button", { t: "retry", onclick: () => deliver(bubble, body) }));
	}
}

function arrived({ client_id, id }) {
	const bubble = unsent.get(client_id);
	if (!bubble) return false;
	bubble.dataset.id = id;
	bubble.lastChild.remove();
	return unsent.delete(client_id);
}

class Chat extends HTMLElement {
	static observedAttributes = ["data-language", "data-name", "data-token"];
	open = open;
	close = close;
	signIn = signIn;

	connectedCallback() {
		if (dataset) return;
		({ dataset } = this);
		({ token } = dataset);
		const root = this.attachShadow({ mode: "open" });
		root.adoptedStyleSheets = [STYLE];
		root.append(box);
		label();
		if (recall("open") && !phone.matches) open();
		else if (recall(who())) start();
	}

	attributeChangedCallback(attribute, before, after) {
		if (!dataset) return;
		if (attribute === "data-token") return signIn(after);
		label();
		if (now && now.language !== box.lang && !log.firstChild) restart();
	}
}

customElements.define("xiaoer-chat", Chat);

const script = [...document.scripts].find(({ src }) => src === import.meta.url);
if (script && !document.querySelector("xiaoer-chat")) {
	const chat = new Chat();
	Object.assign(chat.dataset, script.dataset);
	document.body.append(chat);
}
