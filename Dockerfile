# Built from the hashed lock, so that the image holds what was tested. Pin the digest with deploy/pin-digests.sh before a release.
FROM python:3.11.14-slim-trixie AS build
WORKDIR /build
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pipeline pipeline
COPY flows flows
COPY config config
COPY seeds seeds
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11.14-slim-trixie
RUN groupadd --gid 10001 claimwatch && useradd --uid 10001 --gid 10001 --home-dir /tmp --no-create-home claimwatch && install -d -o 10001 -g 10001 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY flows flows
COPY deploy deploy
COPY prefect.yaml automations.yaml ./
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp DO_NOT_TRACK=1
USER 10001:10001
CMD ["claimwatch", "schedule"]
