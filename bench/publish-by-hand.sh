#!/usr/bin/env bash
# The loop that extension vendors use: one region after the other, one architecture after the other, publish and make public.
set -euo pipefail
for region in $REGIONS; do
  for arch in x86_64 arm64; do
    number=$(aws lambda publish-layer-version --region "$region" --layer-name "$NAME-$arch" \
      --compatible-architectures "$arch" --zip-file "fileb://$DIST/bench-publish-${arch/x86_64/amd64}.zip" --query Version --output text)
    aws lambda add-layer-version-permission --region "$region" --layer-name "$NAME-$arch" --version-number "$number" \
      --statement-id public --action lambda:GetLayerVersion --principal '*' >/dev/null
  done
done
