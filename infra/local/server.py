"""LocalStack as a process: loopback only, without Docker, ended with the program that started it."""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

import boto3
from botocore.config import Config

HERE = pathlib.Path(__file__).resolve().parent
REGION = "us-east-1"

# Ready in two seconds, but not on a busy machine.
PATIENCE_S = 120

# LocalStack ends when its standard input does, which is when the program that holds the other end is gone, however it went.
START = """
import os, runpy, signal, sys, threading
def ends_with_its_starter():
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Timer(15, os._exit, [1]).start()
threading.Thread(target=ends_with_its_starter, daemon=True).start()
runpy.run_module("localstack.runtime.main", run_name="__main__")
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class LocalAws:
    """A running LocalStack, and clients of it."""

    def __init__(self, port=None, function_endpoint=None, log=None):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = tempfile.mkdtemp(prefix="gatetrail-local-")
        self.clients = {}
        os.mkdir(os.path.join(self.folder, "tmp"))
        # Nothing of the user's environment: neither an account's keys nor a proxy.
        environment = {
            "HOME": self.folder,
            "PATH": os.environ.get("PATH", os.defpath),
            "TMPDIR": os.path.join(self.folder, "tmp"),
            "FILESYSTEM_ROOT": self.folder,
            "GATEWAY_LISTEN": f"127.0.0.1:{self.port}",
            # Its other servers listen on all addresses, whatever they are told.
            "GATEWAY_SERVER": "hypercorn",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
            # In the URLs of queues, in place of a name that only a DNS server knows.
            "LOCALSTACK_HOST": f"127.0.0.1:{self.port}",
            # Glue, Athena, CloudTrail and dashboards are passed over: the open half has none of them.
            "CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES": "1",
            "LAMBDA_RUNTIME_EXECUTOR": "process",
            "PYTHONPATH": str(HERE / "plugin"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if function_endpoint:
            environment["GATETRAIL_FUNCTION_ENDPOINT_URL"] = function_endpoint
        self.log = open(log or os.path.join(self.folder, "localstack.log"), "wb")
        self.process = subprocess.Popen(
            [sys.executable, "-c", START], env=environment, stdin=subprocess.PIPE, stdout=self.log, stderr=self.log
        )
        self.wait()

    def wait(self):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"LocalStack ended in its start: {self.log.name}")
            try:
                urllib.request.urlopen(f"{self.url}/_localstack/health", timeout=5).close()
                return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"LocalStack did not start: {self.log.name}")

    def client(self, service, region=REGION):
        """A client of boto3; one for each service and region."""
        if (service, region) not in self.clients:
            self.clients[service, region] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=region,
                aws_access_key_id="test",
                aws_secret_access_key="test",
                config=Config(s3={"addressing_style": "path"}, read_timeout=600, max_pool_connections=32),
            )
        return self.clients[service, region]

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
