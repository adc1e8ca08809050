"""A Lambda executor for LocalStack that runs a `bootstrap` of provided.* as a process of this machine, without Docker.

LocalStack finds it by the entry point beside it, where this folder is on PYTHONPATH and LAMBDA_RUNTIME_EXECUTOR=process. It
serves Lambda's runtime API on a loopback port, one server an execution environment. Nothing is sandboxed: the process is the
user's, without a limit of memory, for this machine's processor, and with whatever rights the user has.

GATETRAIL_FUNCTION_ENDPOINT_URL, where it is set, is what functions take for AWS: a test's proxy before LocalStack.
"""

import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gatetrail_deletion
from localstack.services.lambda_.invocation.executor_endpoint import StatusErrorException
from localstack.services.lambda_.invocation.lambda_models import InvocationResult
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor

ENDPOINT = "GATETRAIL_FUNCTION_ENDPOINT_URL"
RUNTIME_API = "/2018-06-01/runtime"
STOP_S = 2


class RuntimeApi(ThreadingHTTPServer):
    """What a function asks for its next event and tells its answer."""

    daemon_threads = True

    def __init__(self, timeout_s):
        super().__init__(("127.0.0.1", 0), RuntimeApiHandler)
        self.timeout_s = timeout_s
        self.invocations = queue.Queue()
        # (request id, body, whether it is an error)
        self.answers = queue.Queue()
        self.initialized = threading.Event()
        self.init_error = None

    def serve(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()


class RuntimeApiHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path != f"{RUNTIME_API}/invocation/next":
            return self.answer(404)
        self.server.initialized.set()
        invocation = self.server.invocations.get()
        if invocation is None:
            return self.answer(410)
        deadline_ms = int((time.time() + self.server.timeout_s) * 1000)
        return self.answer(
            200,
            invocation["payload"].encode(),
            {
                "Lambda-Runtime-Aws-Request-Id": invocation["invoke-id"],
                "Lambda-Runtime-Deadline-Ms": str(deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": invocation["invoked-function-arn"],
                "Lambda-Runtime-Trace-Id": invocation["trace-id"],
            },
        )

    def do_POST(self):
        body = self.body()
        *_, request_id, kind = self.path.split("/")
        if self.path == f"{RUNTIME_API}/init/error":
            self.server.init_error = body
            self.server.initialized.set()
        elif kind in ("response", "error"):
            self.server.answers.put((request_id, body, kind == "error"))
        else:
            return self.answer(404)
        return self.answer(202, b'{"status":"OK"}')

    def answer(self, status, body=b"{}", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole


def failure(kind, message):
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


class ProcessExecutor(RuntimeExecutor):
    """An execution environment: a process and its runtime API."""

    def __init__(self, id, function_version):  # noqa: A002 (the name is LocalStack's)
        super().__init__(id, function_version)
        self.process = None
        self.api = None
        self.log = tempfile.NamedTemporaryFile("w+b", prefix=f"lambda-{id}-", suffix=".log")

    def start(self, env_vars):
        self.api = RuntimeApi(self.function_version.config.timeout)
        self.api.serve()
        code = self.function_version.config.code
        # Again: an update of the function takes the old version's code away, and it is the same folder.
        code.prepare_for_execution()
        folder = code.get_unzipped_code_location()
        bootstrap = os.path.join(folder, "bootstrap")
        os.chmod(bootstrap, 0o755)
        environment = {name: str(value) for name, value in env_vars.items()}
        environment |= {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.api.server_port}",
            "LAMBDA_TASK_ROOT": str(folder),
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": tempfile.gettempdir(),
        }
        if os.environ.get(ENDPOINT):
            environment["AWS_ENDPOINT_URL"] = os.environ[ENDPOINT]
        self.process = subprocess.Popen(
            [bootstrap],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        while not self.api.initialized.wait(0.02):
            if self.process.poll() is not None:
                raise StatusErrorException("bootstrap ended in its start", payload=self.exit_error())
        if self.api.init_error:
            raise StatusErrorException("bootstrap refused to start", payload=self.api.init_error)

    def stop(self):
        if self.api:
            self.api.invocations.put(None)
        if self.process and self.process.poll() is None:
            self.kill(signal.SIGTERM)
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill(signal.SIGKILL)
        if self.api:
            self.api.shutdown()
            self.api.server_close()

    def invoke(self, payload):
        request_id, started = payload["invoke-id"], time.monotonic()
        log_start = self.log.seek(0, os.SEEK_END)
        self.api.invocations.put(payload)
        body, is_error = self.answer_to(request_id, started + self.api.timeout_s)
        took_ms = (time.monotonic() - started) * 1000
        logs = (
            f"START RequestId: {request_id} Version: {self.function_version.id.qualifier}\n{self.logged(log_start)}"
            f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\tDuration: {took_ms:.2f} ms\n"
        )
        return InvocationResult(request_id, body, is_error=is_error, logs=logs)

    def answer_to(self, request_id, deadline):
        while True:
            try:
                answered, body, is_error = self.api.answers.get(timeout=0.05)
                if answered == request_id:
                    return body, is_error
            except queue.Empty:
                if self.process.poll() is not None:
                    return self.exit_error(), True
                if time.monotonic() >= deadline:
                    self.kill(signal.SIGKILL)
                    seconds = self.api.timeout_s
                    return failure("Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds"), True

    def exit_error(self):
        return failure("Runtime.ExitError", f"Error: Runtime exited with error: exit status {self.process.returncode}")

    def kill(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def logged(self, start=0):
        with open(self.log.name, "rb") as log:
            log.seek(start)
            return log.read().decode(errors="replace")

    def get_logs(self):
        return self.logged()

    def get_address(self):
        return "127.0.0.1"

    def get_endpoint_from_executor(self):
        return "127.0.0.1"

    def get_runtime_endpoint(self):
        return f"http://127.0.0.1:{self.api.server_port if self.api else 0}"

    @classmethod
    def prepare_version(cls, function_version):
        function_version.config.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version):
        function_version.config.code.destroy_cached()


class ProcessExecutorPlugin(RuntimeExecutorPlugin):
    name = "process"

    def load(self, *_args, **_kwargs):
        # The only code of ours that LocalStack loads, and before it deploys a function.
        gatetrail_deletion.install()
        return ProcessExecutor
