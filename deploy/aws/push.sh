#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# push.sh [REGION [REPOSITORY]]: builds the image, tags it with the commit, pushes it to the account's ECR, and prints the
# tag. Needs aws with credentials, and docker or podman (BELAY_BUILDER names another that takes the same words).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

region=${1:-$(aws configure get region || true)}
repository=${2:-ops-pipeline/position-manager}
builder=${BELAY_BUILDER:-$(command -v docker || command -v podman || true)}
if [[ -z $region ]]; then
  echo "push.sh: no region: name it as the first argument, or set it with 'aws configure'" >&2
  exit 2
fi
if [[ -z $builder ]]; then
  echo "push.sh: neither docker nor podman is installed: name another builder in BELAY_BUILDER" >&2
  exit 2
fi

# The tag says what is in it: nothing but a commit.
if [[ -n $(git status --porcelain) ]]; then
  echo "push.sh: there are changes that are not committed; the tag would not say what the image is" >&2
  exit 2
fi
tag=$(git rev-parse --short=12 HEAD)
account=$(aws sts get-caller-identity --query Account --output text)
registry=$account.dkr.ecr.$region.amazonaws.com
image=$registry/$repository:$tag

"$builder" build --platform linux/amd64 --tag "$image" . >&2
aws ecr get-login-password --region "$region" | "$builder" login --username AWS --password-stdin "$registry" >&2
"$builder" push "$image" >&2
echo "$tag"
