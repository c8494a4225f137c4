"""A figure of Rasa is of Rasa alone."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiohttp.test_utils import unused_port

from nlu.baseline import KeywordEngine
from nlu.engines.rasa import RasaServer
from nlu.rasa.environment import RasaMissingError
from nlu.rasa.measuring import reader

ANSWERS = {
    "/status": {"model_file": "nlu.tar.gz", "model_id": "80f430d780f1"},
    "/model/parse": {
        "intent": {"name": "report+banjir", "confidence": 0.9},
        "intent_ranking": [{"name": "report+banjir", "confidence": 0.9}],
    },
}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - http.server's name

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_many_texts_are_read_without_hurry(url: str) -> None:
    answers = reader(RasaServer(url=url), KeywordEngine())(["apa kabar"] * 50)
    assert {(answer.category, answer.engine) for answer in answers} == {
        ("banjir", "rasa nlu 80f430d7")
    }


def test_a_figure_is_not_made_of_another_engines_answers() -> None:
    server = RasaServer(url=f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(RasaMissingError, match="make rasa-serve"):
        reader(server, KeywordEngine())(["banjir"])
