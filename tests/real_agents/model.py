"""A model that says what a script has: the wire of Anthropic's Messages and of OpenAI's Responses, on loopback.

So that a real agent goes its whole way (asks its model, runs what it is told, calls its hooks and its MCP
servers) with nothing but this process to talk to. An answer is made of the prompt and the number of results
that the conversation holds already, thus a request that is repeated gets the same answer.

Sources: the Messages API's streaming events (docs.claude.com/en/api/messages-streaming); the Responses API's
streaming events (platform.openai.com/docs/api-reference/responses-streaming).
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Use(NamedTuple):
    """One use of a tool that the model asks for."""

    tool: str
    arguments: dict[str, Any]


Scripts = Mapping[str, Sequence[Use]]
"""What is to be done for each prompt; that of an agent comes before those that it gives to others."""


class Model:
    """A model on loopback; what it was asked stays in ``requests``, each a path and its object."""

    def __init__(self, scripts: Scripts) -> None:
        self.scripts = scripts
        self.requests: list[tuple[str, dict[str, Any]]] = []
        self.address = ""

    def answer(self, path: str, asked: dict[str, Any]) -> bytes:
        """The stream that answers a request, or a small object for what is no conversation."""
        self.requests.append((path, asked))
        route = path.partition("?")[0]
        if route.endswith("/messages"):
            return _stream(self._message(asked))
        if route.endswith("/responses"):
            return _stream(self._response(asked))
        return json.dumps({"input_tokens": 1, "data": [], "models": []}).encode()

    def _message(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        done = sum(
            part["type"] == "tool_result"
            for message in asked["messages"]
            if isinstance(message["content"], list)
            for part in message["content"]
        )
        use = self._next(asked["messages"], done) if asked.get("tools") else None
        block: dict[str, Any] = {"type": "text", "text": ""}
        delta: dict[str, Any] = {"type": "text_delta", "text": "Done."}
        if use:
            block = {"type": "tool_use", "id": f"toolu_{done:024}", "name": use.tool, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(use.arguments)}
        usage = {"input_tokens": 1, "output_tokens": 1}
        message = {"id": f"msg_{done:024}", "type": "message", "role": "assistant", "model": asked["model"]}
        begun = message | {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        yield {"type": "message_start", "message": begun}
        yield {"type": "content_block_start", "index": 0, "content_block": block}
        yield {"type": "content_block_delta", "index": 0, "delta": delta}
        yield {"type": "content_block_stop", "index": 0}
        stop = {"stop_reason": "tool_use" if use else "end_turn", "stop_sequence": None}
        yield {"type": "message_delta", "delta": stop, "usage": usage}
        yield {"type": "message_stop"}

    def _response(self, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        done = sum(item.get("type") == "function_call_output" for item in asked["input"])
        use = self._next(asked["input"], done)
        item: dict[str, Any] = {
            "type": "message",
            "id": f"msg_{done}",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Done.", "annotations": []}],
        }
        if use:
            server, _, tool = use.tool.rpartition("__")
            item = {
                "type": "function_call",
                "id": f"fc_{done}",
                "call_id": f"call_{done}",
                "name": tool,
                **({"namespace": server} if server else {}),
                "arguments": json.dumps(use.arguments),
                "status": "completed",
            }
        response = {"id": f"resp_{done}", "object": "response", "status": "completed", "output": [item]}
        usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
        yield {"type": "response.created", "response": response | {"status": "in_progress", "output": []}}
        yield {"type": "response.output_item.added", "output_index": 0, "item": item}
        yield {"type": "response.output_item.done", "output_index": 0, "item": item}
        yield {"type": "response.completed", "response": response | {"usage": usage}}

    def _next(self, conversation: list[Any], done: int) -> Use | None:
        said = json.dumps(conversation)
        script = next((script for prompt, script in self.scripts.items() if prompt in said), ())
        return script[done] if done < len(script) else None


def _stream(events: Iterator[dict[str, Any]]) -> bytes:
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


@contextmanager
def serving(scripts: Scripts) -> Iterator[Model]:
    """The model, served on a free port of loopback until the block ends."""
    model = Model(scripts)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers.get("content-length", 0)))
            self._send(model.answer(self.path, json.loads(said or b"{}")))

        def do_GET(self) -> None:
            self._send(json.dumps({"data": [], "models": []}).encode())

        def do_HEAD(self) -> None:
            self._send(b"")

        def _send(self, body: bytes) -> None:
            kind = "text/event-stream" if body.startswith(b"event:") else "application/json"
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a test reads ``requests``."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
