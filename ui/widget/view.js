/** Messages and cards as DOM: text nodes, never markup. */
import { WORDS } from "./words.js";

/** What the buttons do; xiaoer.js fills it in. */
export const act = {};

let language = 0;
export const say = (key) => WORDS[key]?.[language] ?? "";

/** All words below `root` in Chinese (0) or English (1). */
export function speak(wanted, root) {
	language = wanted;
	for (const as of "tl") for (const node of root.querySelectorAll(`[data-${as}]`)) put(node, node.dataset[as], as);
}

/** A word as text (t) or label (l). */
export function put(node, key, as = "t") {
	node.dataset[as] = key;
	if (as === "t") node.textContent = say(key);
	else node.ariaLabel = node.title = node.placeholder = say(key);
	return node;
}

export const word = (key) => put(h("span"), key);

/** h("p.note", { role, t: word, l: label }, child …): falsy children are left out. */
export function h(spec, ...children) {
	const [tag, ...classes] = spec.split(".");
	const node = document.createElement(tag);
	node.className = classes.join(" ");
	const attributes = children[0]?.constructor === Object ? children.shift() : {};
	for (const [key, value] of Object.entries(attributes)) {
		if (key.length < 2) put(node, value, key);
		else if (key.startsWith("on")) node[key] = value;
		else node.setAttribute(key, value);
	}
	node.append(...children.flat().filter(Boolean));
	return node;
}

const ICONS = {
	bell: "M4 18h16M6 18a6 6 0 0 1 12 0M12 12V9m-2 0h4M3 21h18",
	person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20c1-4 4-5 7-5s6 1 7 5",
	close: "M6 6l12 12M18 6L6 18",
	send: "M12 19V5M6 11l6-6 6 6",
	photo: "M4 8h4l2-3h4l2 3h4v11H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
	thumb: "M7 11v9H4v-9zM7 12l4-8q3 0 2 6h5q3 0 2 3l-1 5q-1 2-3 2H7",
};

export function icon(name) {
	const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	const path = document.createElementNS(svg.namespaceURI, "path");
	svg.setAttribute("viewBox", "0 0 24 24");
	path.setAttribute("d", ICONS[name]);
	svg.append(path);
	return svg;
}

export function message({ id, author, machine, text, parts, at }) {
	const time = new Date(at).toLocaleTimeString([], { timeStyle: "short" });
	const answer = author === "assistant";
	return h(
		`article.${author}`,
		{ "data-id": id },
		(answer || author === "staff") && h("p.by", h("b", { t: author }), machine && word("machine"), h("span", time)),
		(parts.length ? parts : [{ kind: "text", text }]).map((part) => PARTS[part.kind]?.(part)),
		answer && thumbs(id),
	);
}

const PARTS = {
	text: ({ text }) => text && h("p.text", text),
	translation: ({ text, language }) => h("p.text", { lang: language, dir: "auto" }, text),
	order: orderCard,
	products: ({ products }) => h("ul.products", { tabindex: 0, l: "products" }, products.map(productCard)),
	confirm: confirmCard,
	quick_replies: quickReplies,
	citation: ({ title, language }) => h("p.by", word("source"), h("span", { lang: language }, title)),
	photo: ({ photo_id, width, height }) => photo(() => act.photo(photo_id), { width, height }),
	queue: ({ text }) => h("div.card.bar", icon("person"), h("p", text)),
};

export function quickReplies({ options }) {
	return h("div.quick", options.map(({ label, text }) => h("button", { onclick: () => act.send(text) }, label)));
}

/** Drawn, not linked to: no address with a token in it, and no page's policy on images in the way. */
export function photo(load, size) {
	const canvas = h("canvas.photo", { role: "img", l: "photo", ...size });
	const draw = (bitmap) => {
		Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
		canvas.getContext("2d").drawImage(bitmap, 0, 0);
	};
	load().then(createImageBitmap).then(draw).catch(() => canvas.remove());
	return canvas;
}

const row = (tag, left, right) => h(`${tag}.row`, h("span", left), h("span", right));

function orderCard({ order_id, state, state_text, lines, placed_at, total, parcels }) {
	const items = lines.map(({ title, options, quantity, price }) =>
		row("li", [title, h("small", options && `${options} · `, `× ${quantity}`)], price),
	);
	return h(
		"section.card",
		row("p", [word("order"), " ", h("b", order_id)], h("span.state", { "data-state": state }, state_text)),
		h("ul", items),
		row("p", h("small", placed_at), [word("total"), " ", h("b", total)]),
		parcels.map(parcelTrack),
	);
}

function parcelTrack({ carrier, tracking_number, state, eta, events }) {
	return h(
		"details",
		{ open: "" },
		h("summary", h("b", state), h("small", `${carrier} ${tracking_number}`)),
		eta && h("p", word("eta"), " ", eta),
		h("ol", events.map(({ at, text }) => h("li", text, h("small", at)))),
	);
}

const address = (path) => path && /^https?:/.test(new URL(path, document.baseURI)) && path;

function productCard({ title, price, options, stock, image, link }) {
	const src = address(image);
	const href = address(link);
	return h(
		"li.card",
		src && h("img", { src, alt: "" }),
		href ? h("a", { href }, title) : h("b", title),
		h("b.price", price),
		[options, stock].map((text) => h("small", text)),
	);
}

function confirmCard({ intent_id, title, rows, yes, no, state }) {
	const answer = (spec, says, text) => h(spec, { onclick: () => act.decide(intent_id, says) }, text);
	const card = h(
		"section.card",
		{ "data-intent": intent_id },
		h("b", title),
		h("dl", rows.map(({ label, value }) => h("div.row", h("dt", label), h("dd", value)))),
		h("div.bar", answer("button.main", "confirm", yes), answer("button", "decline", no)),
		h("p", { role: "status" }),
	);
	turnCard(card, state);
	return card;
}

/** open shows the buttons, taken stills them; every other state is final. */
export function turnCard(card, state) {
	card.dataset.state = state;
	put(card.lastChild, state);
	for (const button of card.querySelectorAll("button")) button.disabled = state !== "open";
}

function thumbs(id) {
	const rate = async (thumb, text) => {
		for (const button of [up, down]) button.ariaPressed = button.value == thumb;
		if (!(await act.rate(id, thumb, text))) return;
		why.hidden = text != null;
		why.onchange = () => rate(thumb, why.value);
		put(thanks, why.hidden ? "thanks" : "");
	};
	const button = (value, l) => h("button", { value, l, onclick: () => rate(value) }, icon("thumb"));
	const [up, down] = [button(1, "up"), button(-1, "down")];
	const why = h("input", { l: "why", maxlength: 1000, hidden: "" });
	const thanks = h("span", { role: "status" });
	return h("div.thumbs", up, down, why, thanks);
}
