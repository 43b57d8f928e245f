"""A service as its users meet it: started by the command, reached over HTTP, ended by a signal."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

SAMSYN = Path(sys.executable).with_name("samsyn")
CHECKOUT = Path(__file__).parents[2]
READY_SECONDS = 600


@dataclass
class Service:
    """A demo home and the process that serves it."""

    home: Path
    port: int
    database_url: str | None = None
    process: subprocess.Popen[str] | None = None
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        mine = {"SAMSYN_HOME": str(self.home), "SAMSYN_URL": self.url, "COLUMNS": "160"}
        if self.database_url:
            mine["SAMSYN_DATABASE_URL"] = self.database_url
        return {**os.environ, **mine}

    @property
    def told(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.home / "demo.json").read_text())
        return said

    def start(self) -> None:
        """Serve, and wait until demo.json says that it is ready."""
        command = [SAMSYN, "demo", "--home", self.home, "--port", str(self.port)]
        output = (self.home.parent / f"{self.home.name}.log").open("a")
        self.process = subprocess.Popen(
            [str(word) for word in command], stdout=output, stderr=output, text=True, env=self.environment, cwd=CHECKOUT
        )
        output.close()
        deadline = time.monotonic() + READY_SECONDS
        while not (self.home / "demo.json").exists():
            assert self.process.poll() is None, self.written()
            assert time.monotonic() < deadline, f"not ready after {READY_SECONDS} s: {self.written()}"
            time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and give its status."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(timeout=60)

    def written(self) -> str:
        return (self.home.parent / f"{self.home.name}.log").read_text()[-4000:]

    def samsyn(self, *words: str | Path, status: int = 0) -> str:
        """Run a command against this service; what it printed."""
        done = subprocess.run(
            [str(SAMSYN), *map(str, words)],
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=CHECKOUT,
            timeout=300,
        )
        assert done.returncode == status, f"samsyn {words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if status == 0 else done.stderr

    def secret(self, client: str) -> str:
        found: str = next(each["clientSecret"] for each in self.told["clients"] if each["clientId"] == client)
        return found

    def token(self, client: str) -> str:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": self.secret(client)}
        answer = httpx.post(f"{self.url}/samsyn/v1/oauth2/token", data=form, timeout=30)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def get(self, client: str, path: str, **headers: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.token(client)}", **headers}
        return httpx.get(f"{self.url}/samsyn/v1{path}", headers=bearer, timeout=60)
