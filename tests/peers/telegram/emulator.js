"use strict";
/*
 * telegram-test-api, and in front of it, of ours, what it lacks:
 *   - getUpdates waits for news (long polling) as long as `timeout` says;
 *   - getFile, and the files;
 *   - the webhook's secret in X-Telegram-Bot-Api-Secret-Token;
 *   - POST /ours/answers {token, count}: waits until the bot has sent so many messages.
 * Everything else is theirs. Prints its address; ends when its standard input does.
 */
const http = require("node:http");
const axios = require("axios");
const express = require("express");
const TelegramServer = require("telegram-test-api");

const LONGEST_WAIT_MS = 30000;
const NEWS = ["AddedUserMessage", "AddedUserCallbackQuery"];
const files = new Map();
const theirs = new TelegramServer({ host: "127.0.0.1" });
const front = express();

/** Wait until `there()` holds, looking again at each of `events`, or until the time is over. */
function until(there, events, milliseconds) {
  return new Promise((resolve) => {
    const end = (found) => {
      events.forEach((event) => theirs.off(event, look));
      clearTimeout(timer);
      resolve(found);
    };
    const look = () => there() && end(true);
    const timer = setTimeout(() => end(false), milliseconds);
    events.forEach((event) => theirs.on(event, look));
    look();
  });
}

axios.interceptors.request.use((request) => {
  const webhook = Object.values(theirs.webhooks).find((each) => each.url === request.url);
  if (webhook && webhook.secret_token) {
    request.headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token;
  }
  return request;
});

front.use(express.urlencoded({ extended: true }));
front.put("/ours/files/:id", express.raw({ type: "*/*", limit: "30mb" }), (request, response) => {
  files.set(request.params.id, request.body);
  response.json({ ok: true });
});
front.use(express.json());

front.post("/bot:token/getUpdates", async (request, _response, next) => {
  const { token } = request.params;
  const news = () => theirs.storage.userMessages.some((m) => m.botToken === token && !m.isRead);
  await until(news, NEWS, 1000 * Number(request.body.timeout || 0));
  next();
});
front.post("/bot:token/getFile", (request, response) => {
  const id = request.body.file_id;
  if (!files.has(id)) {
    const description = "Bad Request: wrong file_id";
    response.status(400).json({ ok: false, error_code: 400, description });
    return;
  }
  response.json({ ok: true, result: { file_id: id, file_path: `photos/${id}.jpg` } });
});
front.get("/file/bot:token/photos/:name", (request, response) => {
  const body = files.get(request.params.name.replace(/\.jpg$/, ""));
  response.status(body ? 200 : 404).type("image/jpeg").send(body);
});
front.post("/ours/answers", async (request, response) => {
  const { token, count } = request.body;
  const sent = () => theirs.storage.botMessages.filter((m) => m.botToken === token);
  await until(() => sent().length >= count, ["AddedBotMessage"], LONGEST_WAIT_MS);
  response.json(sent().map((m) => m.message));
});
front.use(theirs.webServer);

const server = http.createServer(front);
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit(0)).resume();
