#!/bin/sh
# The job as it is done without lambda-ext, carefully: build, zip, look whether it is published already, publish, attach, wait, invoke.
# Expects NAME (of the extension and the function), OUT (a folder), AWS_* and the project as working folder.
set -eu

arns=""
for goarch in amd64 arm64; do
  case $goarch in amd64) arch=x86_64 ;; *) arch=arm64 ;; esac
  CGO_ENABLED=0 GOOS=linux GOARCH=$goarch GOFLAGS= go build -trimpath -buildvcs=false -ldflags "-s -w -buildid=" \
    -o "$OUT/$goarch/extensions/$NAME" .
  # The same bytes each time, or every run would publish a new version.
  find "$OUT/$goarch" -exec touch -d 1980-01-01T00:00:00Z {} +
  rm -f "$OUT/$goarch.zip"
  (cd "$OUT/$goarch" && TZ=UTC zip -9 -q -r -X "../$goarch.zip" extensions)
  hash=$(openssl dgst -sha256 -binary "$OUT/$goarch.zip" | base64)
  newest=$(aws lambda list-layer-versions --layer-name "$NAME-$goarch" --max-items 1 --query 'LayerVersions[0].LayerVersionArn' --output text | head -1)
  published=none
  if [ "$newest" != None ]; then
    published=$(aws lambda get-layer-version-by-arn --arn "$newest" --query Content.CodeSha256 --output text)
  fi
  if [ "$published" != "$hash" ]; then
    newest=$(aws lambda publish-layer-version --layer-name "$NAME-$goarch" --zip-file "fileb://$OUT/$goarch.zip" \
      --compatible-architectures "$arch" --query LayerVersionArn --output text)
  fi
  arns="$arns $newest"
done

wanted=$(aws lambda get-function-configuration --function-name "$NAME" --query 'Architectures[0]' --output text)
set -- $arns
[ "$wanted" = x86_64 ] && layer=$1 || layer=$2
aws lambda update-function-configuration --function-name "$NAME" --layers "$layer" --output text --query LastUpdateStatus
aws lambda wait function-updated-v2 --function-name "$NAME"
aws lambda invoke --function-name "$NAME" --payload '{}' "$OUT/response.json" --output text
cat "$OUT/response.json"
