# syntax=docker/dockerfile:1
# One image for the gateway and for every service: which of them it is, says the command.
#   docker build -t linkway .
#   docker run --rm -p 127.0.0.1:8080:8080 linkway
#   docker run --rm linkway --liftoff-only src/service/main.ts orders
# Without DATABASE_URL a service has the embedded database, which takes half the memory with --liftoff-only. Its folder,
# /data, is for one container at a time. To build from one image and no other, name it by its digest:
#   docker build --build-arg NODE_IMAGE=node@sha256:… -t linkway .

ARG NODE_IMAGE=node:24-slim

FROM ${NODE_IMAGE} AS packages
WORKDIR /linkway
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM ${NODE_IMAGE}
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /linkway
COPY --from=packages /linkway/node_modules node_modules
COPY package.json gateway.yaml ./
COPY openapi openapi
COPY src src
COPY services services
# The one place that is written to; all else belongs to root and may be mounted read-only.
RUN mkdir /data && chown node:node /data
# By its number, so that Kubernetes can see that it is not root.
USER 1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself, so that signals reach it.
ENTRYPOINT ["node", "--max-semi-space-size=16"]
CMD ["src/gateway/main.ts"]
