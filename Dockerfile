FROM python:3.11-slim
WORKDIR /app
COPY requirements.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY pipeline pipeline
COPY flows flows
COPY config config
COPY seeds seeds
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --uid 10001 claimwatch
USER claimwatch
CMD ["claimwatch", "schedule"]
