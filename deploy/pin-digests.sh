#!/bin/sh
# Replaces every image tag in docker-compose.yml and Dockerfile by tag@digest, as the registry knows it now. Needs docker and network.
# Run it before a release; tests/test_compose.py fails without digests when CLAIMWATCH_RELEASE is set.
set -eu
for file in docker-compose.yml Dockerfile; do
  grep -oE '(image: |FROM )[^ @]+:[^ @]+' "$file" | sed -E 's/^(image: |FROM )//' | grep -v '^claimwatch:' | sort -u | while read -r image; do
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    sed -i -E "s#(image: |FROM )$image( |\$)#\1$image@$digest\2#" "$file"
    echo "$file: $image@$digest"
  done
done
