# One file for every service:  docker build --build-arg SERVICE=registry -t fupin/registry .
# Classic builder and BuildKit both take it. What a build machine needs to reach its registry goes beside this file, is used
# by the stages that install and is not in the image that ships: .npmrc, and certificates as docker/certificates/*.crt.
ARG NODE_IMAGE=node:24-bookworm-slim

# What npm reads, alone: a change of code does not install anything again.
FROM ${NODE_IMAGE} AS manifests
WORKDIR /src
COPY . .
RUN mkdir /manifests && cp --parents package.json package-lock.json */package.json */*/package.json tools/*.mjs /manifests/ \
  && if [ -f .npmrc ]; then cp .npmrc /manifests/; fi \
  && (cat docker/certificates/*.crt >/manifests/.ca.crt 2>/dev/null || true)

FROM ${NODE_IMAGE} AS build
WORKDIR /src
ENV NX_DAEMON=false NODE_EXTRA_CA_CERTS=/src/.ca.crt
COPY --from=manifests /manifests ./
# Install scripts fetch servers and a Node of their own, for tests only.
RUN npm ci --ignore-scripts --no-audit --no-fund && node tools/slim-install.mjs
COPY . .
ARG SERVICE
RUN npx nx run "@fupin/${SERVICE}:build" --output-style=static \
  && node docker/pack.mjs "${SERVICE}" /src /packed && cp docker/health.mjs /packed/

FROM ${NODE_IMAGE} AS runtime
# A running service installs nothing: npm, yarn and what they bring are of use to an intruder only.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /usr/local/bin/yarn* /opt/yarn* /root/.npm
ARG SERVICE
ENV NODE_ENV=production PORT=3000 FUPIN_SERVICE=${SERVICE}
WORKDIR /app/services/${SERVICE}
COPY --from=build /packed /app
LABEL org.opencontainers.image.title="fupin/${SERVICE}" org.opencontainers.image.licenses="Apache-2.0"
# By number, so that Kubernetes can see that it is not root.
USER 1000:1000
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/health.mjs"]
# Node is the first process: the service drains on SIGTERM by itself and starts no children, so nothing has to reap.
CMD ["node", "dist/src/main.js"]
