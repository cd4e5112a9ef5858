# SPDX-License-Identifier: Apache-2.0
# The image: Belay, the libraries it uses, the authorities it trusts, and nothing else; no shell. From a clone:
#
#   docker build -t belay .                            (or buildah build --format docker, or podman build)
#   docker run --rm --read-only --tmpfs /tmp belay demo --plain
#
# The root file system needs no writing; runs as 65532. State in a file, instead of PostgreSQL, goes to /var/lib/belay.

# Another registry's Debian, if you have one.
ARG DEBIAN=docker.io/library/debian:bookworm-slim

FROM ${DEBIAN} AS package
WORKDIR /src
# What a build needs changes seldom: a layer of its own.
COPY dev ./
RUN ./dev packages
COPY . .
RUN --mount=type=cache,target=/root/.cache/ccache ./dev package && mv build/belay_*.deb /belay.deb

FROM ${DEBIAN} AS root
# --build-context package=… takes a package that is already built.
COPY --from=package /belay.deb /
COPY deploy/image_root.sh /
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends /belay.deb \
 && /image_root.sh /image

FROM scratch
COPY --from=root /image/ /
USER 65532:65532
# NOTIFY_SOCKET: where `belay run` gives signs of life, and where the health check listens for them.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt XDG_STATE_HOME=/var/lib NOTIFY_SOCKET=@belay
# Long enough for a pass in which the broker does not answer; means `run`: the other commands end by themselves.
HEALTHCHECK --interval=30s --timeout=60s --start-period=120s --retries=3 CMD ["/usr/bin/belay", "alive"]
ENTRYPOINT ["/usr/bin/belay"]
CMD ["run", "--standby"]
