# One image for the service and for the reference engine: the command says which.
#
#     docker build -t simulation-service:0.1.0 .
#
# The program is process 1 and hears SIGTERM itself; no shell is needed to start it. Nothing is written but /data
# (the embedded database; nothing with DATABASE_URL), so the root file system may be read-only.

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/bake-database.mjs scripts/
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Run by npm ci: leaves the empty database that a first start without DATABASE_URL unpacks.
COPY scripts/bake-database.mjs scripts/
RUN npm ci --omit=dev && npm cache clean --force && mkdir /data

FROM node:24-bookworm-slim
WORKDIR /app
COPY --from=dependencies --chown=10001:10001 /data /data
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY designs designs
COPY deploy/healthcheck.mjs deploy/

ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=4000 \
    DATA_DIR=/data \
    DESIGNS_DIR=/app/designs
USER 10001:10001
VOLUME /data
EXPOSE 4000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s \
    CMD ["/usr/local/bin/node", "deploy/healthcheck.mjs", "http://127.0.0.1:4000/healthz"]

ENTRYPOINT ["/usr/local/bin/node"]
CMD ["dist/src/main.js"]
