# syntax=docker/dockerfile:1

# Uses the current LTS of Node; Wheelgate itself requires 20.19 or newer. The dependencies are the same for all processors
# and have no install scripts, so this stage runs once, on the build platform.
FROM --platform=$BUILDPLATFORM node:24-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7 AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts && mkdir /data

FROM node:24-bookworm-slim@sha256:235600a8101ab264e117b1768e925532262668dc9b581ef1dd7d96ced463b8e7
LABEL org.opencontainers.image.title="Wheelgate" \
      org.opencontainers.image.description="A caching PyPI proxy that enforces policy" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    WHEELGATE_LISTEN=0.0.0.0:8080 \
    WHEELGATE_DATA=/var/lib/wheelgate
WORKDIR /opt/wheelgate
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY policies policies
COPY schema schema
COPY trust trust
COPY LICENSE README.md CHANGELOG.md ./
# The root file system may be mounted read-only: all variable data is in this volume.
# This stage runs no commands, so building for another processor needs no emulation.
COPY --from=build --chown=node:node /data /var/lib/wheelgate
VOLUME /var/lib/wheelgate
USER node
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli/main.js"]
CMD ["serve"]
