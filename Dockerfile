# syntax=docker/dockerfile:1
# Two stages: build the virtual environment with pip, run without it. The image keeps the source tree, since the
# migrations lie beside the rooms. Nothing in it is writable at run time but the volume at /home/samsyn.
FROM python:3.11-slim-bookworm AS build
WORKDIR /samsyn
COPY requirements.txt pyproject.toml README.md LICENSE ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q api auth models store policies disclosure audit formats intake release \
       desk samsyn_client cli settings.py migrations

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /home/samsyn --create-home samsyn
WORKDIR /samsyn
COPY --from=build --chown=root:root /samsyn /samsyn
ENV PATH=/samsyn/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    SAMSYN_HOME=/home/samsyn NUMBA_CACHE_DIR=/tmp/numba
USER samsyn
VOLUME ["/home/samsyn"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/ready', timeout=2)"]
# One door a container: docker run … samsyn serve --door pull --address 0.0.0.0
ENTRYPOINT ["samsyn"]
CMD ["serve", "--door", "pull", "--address", "0.0.0.0"]
