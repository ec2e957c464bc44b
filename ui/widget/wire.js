/** HTTP, the event stream, and what a tab remembers. */

const ANSWER_MS = 20_000;
const UPLOAD_MS = 120_000; // 8 MB over a slow line
const SILENCE_MS = 45_000;
const PAUSE_MS = 30_000;

const bearer = (token) => token && { Authorization: `Bearer ${token}` };

/** JSON in, JSON out. Throws an Error with the server's own words (RFC 9457), if any. */
export async function call(method, url, token, body) {
	const headers = { ...bearer(token), "Content-Type": "application/json" };
	const wanted = { method, headers, body: JSON.stringify(body), signal: AbortSignal.timeout(ANSWER_MS) };
	const response = await fetch(url, wanted).catch(Response.error);
	const answer = await response.json().catch(Object);
	if (response.ok) return answer;
	throw Object.assign(Error(answer.detail ?? ""), { status: response.status });
}

/** A file as the body, told in per cent while it leaves: fetch cannot tell. As `call` otherwise. */
export function upload(url, token, file, tell) {
	return new Promise((done, fail) => {
		const sent = new XMLHttpRequest();
		sent.open("POST", url);
		sent.setRequestHeader("Authorization", `Bearer ${token}`);
		sent.timeout = UPLOAD_MS;
		sent.upload.onprogress = ({ loaded, total }) => tell(Math.floor((100 * loaded) / total));
		sent.onloadend = () => {
			const { status } = sent;
			let answer = {};
			try {
				answer = JSON.parse(sent.response);
			} catch {}
			if (status >= 200 && status < 300) done(answer);
			else fail(Object.assign(Error(answer.detail ?? ""), { status }));
		};
		sent.send(file);
	});
}

export async function blob(url, token) {
	const response = await fetch(url, { headers: bearer(token), signal: AbortSignal.timeout(ANSWER_MS) });
	if (!response.ok) throw Error(response.status);
	return response.blob();
}

/** A conversation's events, over any number of broken lines; also up, down and gone. Gives what ends it. */
export function listen(url, token, hear) {
	const end = new AbortController();
	let line, wake, last = 0;

	function look() {
		if (document.hidden || !navigator.onLine || end.signal.aborted) line?.abort();
		wake?.();
	}
	for (const event of ["online", "offline", "visibilitychange"]) addEventListener(event, look, end);
	end.signal.onabort = look;

	async function once() {
		line = new AbortController();
		let status;
		try {
			const headers = { ...bearer(token), "Last-Event-ID": last };
			const response = await fetch(url, { headers, signal: line.signal });
			({ status } = response);
			if (status !== 200) throw status;
			hear("up");
			for await (const { id, event, data } of events(response.body, line)) {
				last = id ?? last;
				hear(event, JSON.parse(data));
			}
		} catch {
			const gone = status === 401 || status === 404;
			if (gone) end.abort();
			if (!document.hidden) hear(gone ? "gone" : "down");
		}
		return status === 200;
	}

	(async () => {
		for (let tries = 0; !end.signal.aborted; tries++) {
			if (!document.hidden && (await once())) tries = 0;
			const pause = Math.min(PAUSE_MS, 500 * 2 ** tries) * (0.5 + Math.random() / 2);
			await new Promise((done) => setTimeout((wake = done), pause));
		}
	})();
	return () => end.abort();
}

async function* events(body, line) {
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	for (let rest = ""; ; ) {
		const timer = setTimeout(() => line.abort(), SILENCE_MS);
		const { done, value } = await reader.read().finally(() => clearTimeout(timer));
		if (done) return;
		const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
		rest = blocks.pop();
		for (const block of blocks) {
			const fields = Object.fromEntries([...block.matchAll(/^(\w+): ?(.*)$/gm)].map(([, ...field]) => field));
			if (fields.data) yield fields;
		}
	}
}

/** This tab's memory; a browser that forbids it forgets. */
export function recall(key) {
	try {
		return JSON.parse(sessionStorage[`xiaoer:${key}`]);
	} catch {}
}

export function keep(key, value) {
	try {
		if (value) sessionStorage[`xiaoer:${key}`] = JSON.stringify(value);
		else delete sessionStorage[`xiaoer:${key}`];
	} catch {}
}

/** Whom a shop's token names. */
export function subject(token) {
	try {
		return `:${JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub}`;
	} catch {
		return token || "guest";
	}
}
