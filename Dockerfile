# One image for each process of the system, and one for the jobs that run once before them.
#   docker build --target api-user .
# docker-compose.yml builds them all; docs/containers.md says more.

# Debian and not Alpine: Temporal's SDK has a native core that needs glibc.
FROM node:24-bookworm-slim AS node
WORKDIR /app

# --- Compiled code and its dependencies ---------------------------------------------------------------------------
# The steps are those of `npm run build` outside a container.
FROM node AS build
# For these files alone, so that a change of the code does not install everything again.
COPY package.json package-lock.json .npmrc ./
COPY tools/prepare tools/prepare
RUN node -e "require('./tools/prepare/prepare.cjs').installDependencies()"
COPY . .
RUN npm run build
# Optional packages serve the compiler and the bundler, which have done their work.
RUN npm prune --omit=dev --omit=optional
# Temporal's SDK brings its native core for every platform, 25 MB each.
RUN cd node_modules/@temporalio/core-bridge/releases && ls | grep -v "^$(uname -m)-unknown-linux-gnu$" | xargs rm -r

# --- What all images have in common -------------------------------------------------------------------------------
FROM node AS runtime
# As their user: a checkout under umask 077 has files that only their owner may read.
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps SECRETS_FOLDER=/run/secrets
COPY --chown=node:node package.json ./
COPY --from=build --chown=node:node /app/node_modules node_modules
COPY --from=build --chown=node:node /app/dist dist
USER node

# --- The HTTP services --------------------------------------------------------------------------------------------
FROM runtime AS api
# The default, 127.0.0.1, is the container's own. The port of the metrics is open to the other containers alone.
ENV HOST=0.0.0.0 METRICS_PORT=9464
# Whether it lives, not whether it is ready: some engines replace what is unhealthy, which brings no absent server back.
HEALTHCHECK --start-interval=1s --start-period=60s --interval=15s --timeout=3s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

FROM api AS api-user
ENV PORT=8001
EXPOSE 8001
CMD ["node", "dist/api/user/main.js"]

FROM api AS api-restaurant
ENV PORT=8002
EXPOSE 8002
CMD ["node", "dist/api/restaurant/main.js"]

FROM api AS api-delivery
ENV PORT=8003
EXPOSE 8003
CMD ["node", "dist/api/delivery/main.js"]

# --- The workers --------------------------------------------------------------------------------------------------
FROM runtime AS worker
ENV HOST=0.0.0.0 METRICS_PORT=9464 HEALTH_PORT=8004
HEALTHCHECK --start-interval=1s --start-period=60s --interval=15s --timeout=3s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.HEALTH_PORT + '/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]

FROM worker AS worker-order
CMD ["node", "dist/workers/order/main.js"]

FROM worker AS worker-restaurant
CMD ["node", "dist/workers/restaurant/main.js"]

FROM worker AS worker-delivery
CMD ["node", "dist/workers/delivery/main.js"]

# --- The jobs -----------------------------------------------------------------------------------------------------
# Databases and tables by default; docker-compose.yml has the other jobs and the tools.
FROM runtime AS jobs
USER root
# A new volume that is mounted here belongs to its owner too.
RUN install -d -o node -g node -m 700 /secrets
USER node
COPY --chown=node:node prisma prisma
# Of the commands for the local stack, such as `token`.
COPY --chown=node:node tools/prepare tools/prepare
CMD ["node", "dist/prisma/migrate.js"]
